"""What runs inside the containers of jobs and models in place of AWS's own programs.

Started with `python -m` by the job's interpreter, so it imports nothing of ours beside itself: a job that takes half a
second to load boto3 would pay for it each time.
"""
