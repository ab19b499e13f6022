"""What the rooms share: events, actions, models, the ledger, the dispatcher, ports and their adapters."""
