"""What SageMaker tells a training container, as files in /opt/ml/input/config."""

from pointsman.local.sagemaker.shapes import Shape


def configuration(job: Shape) -> Shape:
    """By file name. https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html"""
    instance = (job.get("ResourceConfig") or {}).get("InstanceType", "local")
    group = {"instance_group_name": "homogeneousCluster", "instance_type": instance, "hosts": ["algo-1"]}
    return {
        "hyperparameters": job.get("HyperParameters") or {},
        "inputdataconfig": {
            channel["ChannelName"]: {
                "TrainingInputMode": "File",
                "S3DistributionType": "FullyReplicated",  # with one host, sharding changes nothing
                "RecordWrapperType": channel.get("RecordWrapperType", "None"),
                **({"ContentType": channel["ContentType"]} if channel.get("ContentType") else {}),
            }
            for channel in job.get("InputDataConfig") or ()
        },
        "resourceconfig": {
            "current_host": "algo-1",
            "current_instance_type": instance,
            "current_group_name": "homogeneousCluster",
            "hosts": ["algo-1"],
            "instance_groups": [group],
            "network_interface_name": "lo",
        },
    }  # fmt: skip
