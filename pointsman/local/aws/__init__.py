"""AWS on this machine: S3, EventBridge, Lambda, SQS, DynamoDB, CloudFormation, IAM and what goes with them.

MiniStack does most of it; this package is the only place that knows its internals. Each module mends one thing:

    ministack     the pin: version, hooks, safe settings            guard        who may call
    embedded      the whole, started and stopped                    services     services of ours, with IAM
    workers       functions as processes of a clean Python          bootstrap    inside such a process
    invocations   asynchronous invocations: queue and retries       delivery     what enters the queue
    functions     what the queue invokes, and who is told           destinations where outcomes go
    schedules     ticks, time zones, time scale                     alarms       alarm events
    templates     properties that CloudFormation must not drop      sagemaker    SageMaker's requests, from outside
    snapshots     durability                                        restore      after a stop
    queues        SQS as an event source                            events       S3's events
    authority     what a role may do, and did                       execution_roles  what Lambda does with a function's
    conditions    IAM's condition keys                              operations   which one a request asks for
    faulty        what fails on demand                              control      how it is told to
    event_loop    the one thread of the stores                      activity     the log
"""
