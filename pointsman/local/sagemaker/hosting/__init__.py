"""SageMaker's hosting services: models, endpoint configurations, endpoints, and the processes that answer for them.

models, endpoint_configs, endpoints   the operations          named          what these three have in common
deployments   an endpoint's way to its next status            roll_out       the phases of an update
traffic       how much goes where, and when (pure)            variants       what DescribeEndpoint shows (pure)
fleet         the processes of one configuration              model_server   one of them
container     what such a process is started with             script_server  what it runs
routes        which process answers the next request          invocations    InvokeEndpoint
alarms        those that ask for the way back                 events         what EventBridge hears
metrics       what CloudWatch is told of requests              capture        what S3 is told of them
capture_files the files that go there
hosting       all of it, put together
"""
