"""Which test uses which permission of the template, and that none is there for nothing.

While tests of the local level run, the embedded AWS writes down each request that it allows to a role. Afterwards
every statement, every action and every resource of it is taken away in turn: where no request of a test that passed
would then have been denied, it is unused.

    statements   what the template allows, and why             deployed    the roles of a stack as IAM has them
    judging      what each request needs                       elsewhere   what a laptop can't use, and why not
    report       the table, and what is wrong with it          plugin      collects over tests and processes
"""
