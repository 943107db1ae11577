#include "core/step/replay.h"

#include "core/base/checked.h"

#include <string.h>

#define NONE UINT32_MAX

/* A stretch of memory, in use or free; its neighbours are those of the same segment. */
struct piece {
    uint64_t bytes;
    uint32_t before, after; /* NONE: the segment ends */
    bool free, small;
};

/* Free pieces of one pool, by size. */
struct pool {
    uint32_t *piece;
    uint32_t count;
};

struct replay {
    const struct lt_allocator *allocator;
    struct piece *piece;
    uint32_t piece_count, spare; /* spare: first of those that may be used again, linked by `after` */
    struct pool pool[2];         /* large, small */
    uint32_t last;               /* the end of the one region that grows */
    uint64_t taken;
};

/* --- free pieces -------------------------------------------------------------------------------------------------- */

/* The first free piece of at least `bytes`. */
static uint32_t lower_bound(const struct replay *r, const struct pool *pool, uint64_t bytes)
{
    uint32_t low = 0, high = pool->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (r->piece[pool->piece[middle]].bytes < bytes)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void put(struct replay *r, uint32_t at)
{
    struct piece *piece = &r->piece[at];
    struct pool *pool = &r->pool[piece->small];
    uint32_t place = lower_bound(r, pool, piece->bytes);
    memmove(pool->piece + place + 1, pool->piece + place, (pool->count - place) * sizeof *pool->piece);
    pool->piece[place] = at;
    pool->count++;
    piece->free = true;
}

static void take_from(struct replay *r, struct pool *pool, uint32_t place)
{
    r->piece[pool->piece[place]].free = false;
    pool->count--;
    memmove(pool->piece + place, pool->piece + place + 1, (pool->count - place) * sizeof *pool->piece);
}

static void take_out(struct replay *r, uint32_t at)
{
    struct pool *pool = &r->pool[r->piece[at].small];
    uint32_t place = lower_bound(r, pool, r->piece[at].bytes);
    while (pool->piece[place] != at)
        place++;
    take_from(r, pool, place);
}

/* --- pieces ------------------------------------------------------------------------------------------------------- */

static uint32_t piece_new(struct replay *r, struct piece value)
{
    uint32_t at = r->spare;
    if (at == NONE)
        at = r->piece_count++;
    else
        r->spare = r->piece[at].after;
    r->piece[at] = value;
    return at;
}

/* `gone` becomes a part of the piece before it. */
static void join(struct replay *r, uint32_t at, uint32_t gone)
{
    r->piece[at].bytes += r->piece[gone].bytes;
    r->piece[at].after = r->piece[gone].after;
    if (r->piece[gone].after != NONE)
        r->piece[r->piece[gone].after].before = at;
    if (r->last == gone)
        r->last = at;
    r->piece[gone].after = r->spare;
    r->spare = gone;
}

static bool is_split(const struct lt_allocator *a, bool small, uint64_t bytes, uint64_t rest)
{
    if (a->small_segment_bytes)
        return small ? rest >= a->round_bytes : rest > a->small_request_bytes;
    return rest >= bytes || rest >= a->split_waste_bytes;
}

static void split(struct replay *r, uint32_t at, uint64_t bytes)
{
    struct piece *piece = &r->piece[at];
    uint64_t rest = piece->bytes - bytes;
    if (!rest || !is_split(r->allocator, piece->small, bytes, rest))
        return;
    uint32_t after = piece->after;
    uint32_t made = piece_new(r, (struct piece){.bytes = rest, .before = at, .after = after, .small = piece->small});
    r->piece[at].bytes = bytes;
    r->piece[at].after = made;
    if (after != NONE)
        r->piece[after].before = made;
    if (r->last == at)
        r->last = made;
    put(r, made);
}

/* --- the driver --------------------------------------------------------------------------------------------------- */

static uint64_t segment_bytes(const struct lt_allocator *a, uint64_t bytes)
{
    if (bytes <= a->small_request_bytes)
        return a->small_segment_bytes;
    return bytes < a->large_request_bytes ? a->large_segment_bytes : lt_round_up(bytes, a->huge_round_bytes);
}

/* The region grows at its end, where a free piece is a part of what is wanted. */
static uint32_t grow_region(struct replay *r, uint64_t bytes)
{
    uint32_t end = r->last;
    if (end != NONE && r->piece[end].free) {
        take_out(r, end);
        r->taken += bytes - r->piece[end].bytes;
        r->piece[end].bytes = bytes;
        return end;
    }
    uint32_t made = piece_new(r, (struct piece){.bytes = bytes, .before = end, .after = NONE});
    if (end != NONE)
        r->piece[end].after = made;
    r->last = made;
    r->taken += bytes;
    return made;
}

static uint32_t new_segment(struct replay *r, uint64_t bytes, bool small)
{
    uint64_t segment = segment_bytes(r->allocator, bytes);
    r->taken += segment;
    return piece_new(r, (struct piece){.bytes = segment, .before = NONE, .after = NONE, .small = small});
}

/* --- requests ----------------------------------------------------------------------------------------------------- */

static uint32_t allocate(struct replay *r, uint64_t bytes)
{
    const struct lt_allocator *a = r->allocator;
    bytes = lt_max(lt_round_up(bytes, a->round_bytes), a->round_bytes);
    bool small = a->small_segment_bytes && bytes <= a->small_request_bytes;
    struct pool *pool = &r->pool[small];
    uint32_t place = lower_bound(r, pool, bytes), at;
    if (place < pool->count) {
        at = pool->piece[place];
        take_from(r, pool, place);
    } else {
        at = a->small_segment_bytes ? new_segment(r, bytes, small) : grow_region(r, bytes);
    }
    split(r, at, bytes);
    return at;
}

static void release(struct replay *r, uint32_t at)
{
    uint32_t before = r->piece[at].before, after = r->piece[at].after;
    if (after != NONE && r->piece[after].free) {
        take_out(r, after);
        join(r, at, after);
    }
    if (before != NONE && r->piece[before].free) {
        take_out(r, before);
        join(r, before, at);
        at = before;
    }
    put(r, at);
}

enum lt_status lt_replay(const struct lt_allocator *allocator, uint64_t resident_bytes,
                         const struct lt_timeline *timeline, struct lt_arena *arena, uint64_t *taken)
{
    size_t most = timeline->request_count * (size_t)2 + 4;
    struct replay r = {.allocator = allocator, .spare = NONE, .last = NONE};
    uint32_t *of = lt_alloc_raw(arena, timeline->storage_count + 1u, sizeof *of);
    r.piece = lt_alloc_raw(arena, most, sizeof *r.piece);
    r.pool[0].piece = lt_alloc_raw(arena, most, sizeof(uint32_t));
    r.pool[1].piece = lt_alloc_raw(arena, most, sizeof(uint32_t));
    if (!of || !r.piece || !r.pool[0].piece || !r.pool[1].piece)
        return LT_NO_MEMORY;
    *taken = LT_HUGE;
    if (timeline->peak_bytes == LT_HUGE)
        return LT_OK;
    if (resident_bytes)
        allocate(&r, resident_bytes);
    for (uint32_t i = 0; i < timeline->request_count; i++) {
        const struct lt_request *request = &timeline->request[i];
        if (request->frees)
            release(&r, of[request->storage]);
        else
            of[request->storage] = allocate(&r, request->bytes);
    }
    *taken = r.taken;
    return LT_OK;
}
