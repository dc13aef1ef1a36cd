"""What a pool has free, and whether the periods make a difference to it."""

from planner.problem import Problem, Room


def free(room: Room, resource: str, t: int) -> int:
    """Return what a pool has free of a resource in a period, before blocks; negative where it is overfull."""
    return room.capacity[resource][t] - room.used.get(resource, 0)


def implied(p: Problem, room: Room, resource: str, t: int) -> bool:
    """Whether a later limit says as much: nothing leaves a pool, so what fits it later fits before."""
    if t == p.horizon[-1] or free(room, resource, t) < free(room, resource, t + 1):
        return False
    blocks = (block for block in p.purchases if block.pool == room.pool and block.adds.get(resource))
    return all(t + 1 < block.lead for block in blocks)


def growing(p: Problem) -> frozenset[str]:
    """Return the pools that have more room later, so that it matters when machines arrive."""
    return frozenset(
        room.pool
        for room in p.rooms
        if any(not implied(p, room, resource, t) for resource in room.capacity for t in p.horizon[:-1])
    )
