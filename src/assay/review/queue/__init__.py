"""The review queue as a state machine: queues, items, leases and the passes that they come to.

Comes in: records that want passes and people who may give them. Goes out: leases, receipts and
what a queue asks of the outside (`ports.py`). Always holds: the rules at the top of `leasing.py`;
nothing here knows how a queue is stored. Next package: `store` implements the ports, `desk` offers.
"""
