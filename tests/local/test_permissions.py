"""What rooms and pipelines may do, and no other test of this level needs; `tests/permissions` looks that none is left.

No run of these trains anything: a pipeline without work ends at once, and one that isn't there can't be started.
"""

import json
from typing import Any

from pointsman import operate
from tests.contract.sagemaker.definitions import definition, fail, processing, register, training
from tests.local.instances import eventually
from tests.local.stack import LAP_SECONDS, MODEL, Stack

ROWS = b"age,target\n59,151\n"
SLEEPS = b"import time; time.sleep(600)"


def test_each_room_that_starts_runs_counts_the_last_ones_and_gives_back_what_it_could_not_start(stack: Stack) -> None:
    """Told of by ticks alone, and with a folder inside the model's, which might be another model's."""
    stack.drop_sagemakers_events()
    stack.apply(policy__budget={"runs_per_day": 9}, policy__on_drift={"severe": "train"})
    without_work(stack, "pointsman-training", fail("Fail", "nothing to do"))
    without_work(stack, "pointsman-evaluation")
    stack.land({"older/part-00.csv": ROWS})
    (failed,) = stack.ended(1)
    assert failed.failure == "Fail: nothing to do"
    stack.environment.sagemaker.delete_pipeline(PipelineName="pointsman-training", ClientRequestToken="t" * 32)

    asked = operate.ask_for_run(stack.environment, MODEL, "training", "again", force=False)
    assert "does not exist" in str(asked.then), asked
    stack.send("Drift Report", kind="data_quality", share=0.9, summary="age moved")
    assert "does not exist" in str(stack.outcome("REFUSED", naming="data_quality drift in 90%").then)

    stack.crown(registered(stack))
    stack.land({"older/part-00.csv": ROWS}, under=f"{MODEL}/evaluation/", complete=False)
    evaluation = operate.ask_for_run(stack.environment, MODEL, "evaluation", "is it still good?", force=False)
    assert evaluation.outcome == "STARTED", evaluation.because
    write_verdict(stack, evaluation.start.parameters["ReportUri"])
    assert "does not exist" in str(stack.outcome("REFUSED", naming="degraded").then)


def test_a_statement_that_is_taken_away_is_missed(stack: Stack) -> None:
    """As the report says of each; here in a deployed stack."""
    iam, role = stack.environment.client("iam"), stack.role("EveryMinuteRole")
    (policy,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    left = [statement for statement in document["Statement"] if statement["Action"] != "lambda:InvokeFunction"]
    assert len(left) == len(document["Statement"]) - 1
    iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps({**document, "Statement": left}))
    url = stack.environment.output("DeadLetters")
    (letter, *_) = eventually(lambda: stack.instance.receive(url), within=LAP_SECONDS)
    assert letter["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "NO_PERMISSIONS"
    assert "lambda:InvokeFunction" in letter["MessageAttributes"]["ERROR_MESSAGE"]["StringValue"]


def test_the_job_role_stops_jobs_and_makes_a_group_for_what_it_registers(shared_stack: Stack) -> None:
    stack = shared_stack
    sagemaker, bucket = stack.environment.sagemaker, stack.environment.output("ArtifactBucket")
    role, code = stack.environment.output("JobRoleArn"), f"s3://{bucket}/tests/sleep.py"
    stack.environment.s3.put_object(Bucket=bucket, Key="tests/sleep.py", Body=SLEEPS)
    steps = [
        register("Register", "made-on-the-way", f"s3://{bucket}/tests/model.tar.gz"),
        processing("Process", code),
        training("Train", code, f"s3://{bucket}/tests"),
    ]
    for step in steps[1:]:
        step["Arguments"]["RoleArn"] = role
    sagemaker.create_pipeline(
        PipelineName="jobs", PipelineDefinition=definition(steps), RoleArn=role, ClientRequestToken="t" * 32
    )
    started = sagemaker.start_pipeline_execution(PipelineName="jobs", ClientRequestToken="r" * 32)
    arn = started["PipelineExecutionArn"]
    wanted = {"Register": "Succeeded", "Process": "Executing", "Train": "Executing"}
    eventually(lambda: statuses(stack, arn) == wanted, within=LAP_SECONDS)
    sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken="s" * 32)
    stopped = wanted | {"Process": "Stopped", "Train": "Stopped"}
    eventually(lambda: statuses(stack, arn) == stopped, within=LAP_SECONDS)
    assert len(stack.packages("made-on-the-way")) == 1


def without_work(stack: Stack, pipeline: str, *steps: dict[str, Any]) -> None:
    """It takes what it is told, as before, and has only these steps, or one that decides nothing."""
    sagemaker = stack.environment.sagemaker
    compiled = json.loads(sagemaker.describe_pipeline(PipelineName=pipeline)["PipelineDefinition"])
    nothing = {"Name": "Nothing", "Type": "Condition", "Arguments": {"Conditions": [], "IfSteps": [], "ElseSteps": []}}
    sagemaker.update_pipeline(
        PipelineName=pipeline, PipelineDefinition=json.dumps({**compiled, "Steps": [*steps] or [nothing]})
    )


def registered(stack: Stack) -> str:
    """The ARN of a version that nobody will ask anything."""
    made = register("", MODEL, f"s3://{stack.environment.output('ArtifactBucket')}/tests/model.tar.gz")["Arguments"]
    answer = stack.environment.sagemaker.create_model_package(**made, ModelApprovalStatus="PendingManualApproval")
    return str(answer["ModelPackageArn"])


def write_verdict(stack: Stack, report_uri: str) -> None:
    """What the evaluation would have written, before a tick sees that it has ended."""
    bucket, _, key = report_uri.removeprefix("s3://").partition("/")
    report = {"verdict": {"passed": False, "summary": "rmse 71.2 misses the bar of 62 by 9.2"}}
    stack.environment.s3.put_object(Bucket=bucket, Key=f"{key}/evaluation.json", Body=json.dumps(report).encode())


def statuses(stack: Stack, arn: str) -> dict[str, str]:
    listed = stack.environment.sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)
    return {step["StepName"]: step["StepStatus"] for step in listed["PipelineExecutionSteps"]}
