"""The rooms' real code on ports that change nothing: what they read is an environment's or a file's, what they would do
is written down.

    ledger        the ledger in memory, its conditions kept; rows are what it holds
    ledger_copy   the same, filled with what is looked at in another ledger
    recording     AWS clients that read, and write down what they are asked to change
    state_file    the state of a control plane, as a file tells it; told: the same behind the ports
    stage         a control plane whose every use is written down, for a room to act on; rooms: what comes of it
"""
