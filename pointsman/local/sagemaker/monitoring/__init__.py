"""Model Monitor: what a job looks at, when it runs, and its runs as processing jobs.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor.html
"""
