"""The whole control plane as a simulation: the rooms' real code on in-memory ports, one seed, one story.

    stories     what a seed stands for: steps, each of which may be left out
    fleet       the models of a story, and the specs that they may have
    world       AWS and people around the rooms: events on their way, invocations that are struck or interrupted
    happenings  what AWS and people do in one step; sending, versions: the events, and what runs leave behind
    rooms       which room an event goes to
    promises    what must hold after every call; books: and between calls;
                policies: and of what begins
    rest        what must have come of it all, once nothing more happens
    playing     a story played, shortened where it breaks a promise, and told

`python -m tests.proof.simulation SEED` plays one and tells it.
"""
