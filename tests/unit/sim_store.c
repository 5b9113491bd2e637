/* The simulated store. Included by sim.c. */

struct sim_op {
    struct sim_op *next;
    enum op_kind { OP_ACCEPT, OP_APPEND, OP_READ, OP_RECALL, OP_UNFINISHED } what;
    struct wr_accept accept;
    struct wr_append append;
    struct wr_finish finish;
    struct wr_id job;
    uint32_t after;
    struct wr_key key;
    int64_t not_before_ms;
    char *schema;
    void (*accepted)(void *, enum wr_store_status, enum wr_accepted, struct wr_id);
    void (*appended)(void *, enum wr_store_status);
    void (*was_read)(void *, enum wr_store_status, const struct wr_job_row *,
                     const struct wr_entry *, size_t);
    void (*recalled)(void *, enum wr_store_status, struct wr_str, int64_t);
    void (*each)(void *, const struct wr_job_row *, const struct wr_entry *, size_t);
    void (*done)(void *, enum wr_store_status);
    void *arg;
    struct wr_arena arena;
};

static struct wr_entry *copy_entries(struct wr_arena *arena, const struct wr_entry *from, size_t n)
{
    struct wr_entry *to = wr_arena_alloc(arena, n * sizeof *to);
    for (size_t i = 0; i < n; i++) {
        to[i] = from[i];
        to[i].path = wr_arena_str(arena, from[i].path);
        to[i].body = wr_arena_str(arena, from[i].body);
    }
    return to;
}

static struct sim_job *find_job(struct sim *sim, const struct wr_id *id)
{
    for (size_t i = 0; i < sim->job_count; i++)
        if (wr_id_compare(&sim->jobs[i].id, id) == 0)
            return &sim->jobs[i];
    return NULL;
}

const struct sim_job *sim_find(const struct sim *sim, const struct wr_id *id)
{
    return find_job((struct sim *)sim, id);
}

static bool is_set(const struct wr_key *key)
{
    static const struct wr_key none;
    return memcmp(key, &none, sizeof none) != 0;
}

static bool same_key(const struct wr_key *a, const struct wr_key *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static void text_to(char *to, size_t room, struct wr_str from)
{
    snprintf(to, room, "%.*s", (int)from.len, from.ptr ? from.ptr : "");
}

/* As the port says: what is there stays, gaps are refused. */
static bool add_entries(struct sim_job *job, const struct wr_entry *entries, size_t count)
{
    if (count > 0 && entries[0].seq > job->seq + 1)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (entries[i].seq <= job->seq)
            continue;
        struct sim_entry *node = calloc(1, sizeof *node);
        node->entry = entries[i];
        char *body = malloc(entries[i].body.len + entries[i].path.len + 1);
        memcpy(body, entries[i].body.ptr, entries[i].body.len);
        memcpy(body + entries[i].body.len, entries[i].path.ptr, entries[i].path.len);
        node->entry.body.ptr = body;
        node->entry.path.ptr = body + entries[i].body.len;
        *job->end = node;
        job->end = &node->next;
        job->seq = entries[i].seq;
        if (entries[i].standing)
            snprintf(job->status, sizeof job->status, "%s", entries[i].standing);
    }
    return true;
}

static void apply_accept(struct sim *sim, struct sim_op *op)
{
    const struct wr_accept *accept = &op->accept;
    enum wr_accepted how = WR_ACCEPTED_NEW;
    struct wr_id id = accept->job;
    for (size_t i = 0; i < sim->job_count; i++) {
        const struct sim_job *job = &sim->jobs[i];
        if (is_set(&accept->idempotency) && same_key(&job->idempotency, &accept->idempotency) &&
            job->idempotency_until_ms > accept->created_ms) {
            how = same_key(&job->body, &accept->body) ? WR_ACCEPTED_REPLAY : WR_ACCEPTED_MISUSE;
            id = job->id;
            break;
        }
        if (is_set(&accept->dedupe) && same_key(&job->dedupe, &accept->dedupe) &&
            job->dedupe_until_ms > accept->created_ms) {
            how = WR_ACCEPTED_JOINED;
            id = job->id;
        }
    }
    if (how == WR_ACCEPTED_NEW) {
        struct sim_job *job = &sim->jobs[sim->job_count++];
        *job = (struct sim_job){.id = id, .created_ms = accept->created_ms};
        job->end = &job->entries;
        job->deadline_ms = accept->deadline_ms;
        job->idempotency = accept->idempotency;
        job->body = accept->body;
        job->idempotency_until_ms = accept->idempotency_until_ms;
        job->dedupe = accept->dedupe;
        job->dedupe_until_ms = accept->dedupe_until_ms;
        text_to(job->workflow, sizeof job->workflow, accept->workflow);
        text_to(job->caller, sizeof job->caller, accept->caller);
        text_to(job->contract, sizeof job->contract, accept->contract_hash);
        strcpy(job->status, "processing");
        add_entries(job, accept->entries, accept->entry_count);
    }
    op->accepted(op->arg, WR_STORE_OK, how, id);
}

static void apply_finish(struct sim *sim, struct sim_job *job, const struct wr_finish *finish)
{
    job->finishes++;
    job->finished_ms = finish->finished_ms;
    text_to(job->status, sizeof job->status, finish->status);
    text_to(job->error, sizeof job->error, finish->error_code);
    if (finish->release_keys)
        memset(&job->idempotency, 0, sizeof job->idempotency);
    if (finish->release_keys || finish->release_dedupe)
        memset(&job->dedupe, 0, sizeof job->dedupe);
    if (!is_set(&finish->remember))
        return;
    struct sim_remembered *kept = calloc(1, sizeof *kept);
    kept->key = finish->remember;
    kept->at_ms = finish->finished_ms;
    text_to(kept->schema, sizeof kept->schema, finish->remember_schema);
    kept->len = finish->remember_value.len;
    kept->value = malloc(kept->len + 1);
    memcpy(kept->value, finish->remember_value.ptr, kept->len);
    kept->next = sim->remembered;
    sim->remembered = kept;
}

static void apply_append(struct sim *sim, struct sim_op *op)
{
    struct sim_job *job = find_job(sim, &op->append.job);
    enum wr_store_status status = WR_STORE_OK;
    if (!job)
        status = WR_STORE_NOT_FOUND;
    else if (!add_entries(job, op->append.entries, op->append.entry_count))
        status = WR_STORE_FAILED;
    else if (op->append.finish)
        apply_finish(sim, job, op->append.finish);
    if (op->appended)
        op->appended(op->arg, status);
}

static void tell_job(const struct sim_job *job, struct sim_op *op)
{
    struct wr_job_row row = {
        .job = job->id,
        .workflow = wr_str_of(job->workflow),
        .contract_hash = wr_str_of(job->contract),
        .caller = wr_str_of(job->caller),
        .status = wr_str_of(job->status),
        .error_code = wr_str_of(job->error),
        .created_ms = job->created_ms,
        .deadline_ms = job->deadline_ms,
        .finished_ms = job->finished_ms,
    };
    struct wr_entry *entries = calloc(job->seq + 1, sizeof *entries);
    size_t count = 0;
    for (const struct sim_entry *node = job->entries; node; node = node->next)
        entries[count++] = node->entry;
    size_t skipped = op->after < count ? op->after : count;
    if (op->what == OP_READ)
        op->was_read(op->arg, WR_STORE_OK, &row, entries + skipped, count - skipped);
    else
        op->each(op->arg, &row, entries, count);
    free(entries);
}

static void apply_recall(struct sim *sim, struct sim_op *op)
{
    for (const struct sim_remembered *kept = sim->remembered; kept; kept = kept->next)
        if (same_key(&kept->key, &op->key) && strcmp(kept->schema, op->schema) == 0 &&
            kept->at_ms >= op->not_before_ms) {
            op->recalled(op->arg, WR_STORE_OK, (struct wr_str){kept->value, kept->len},
                         kept->at_ms);
            return;
        }
    op->recalled(op->arg, WR_STORE_NOT_FOUND, (struct wr_str){0}, 0);
}

static void apply(struct sim *sim, struct sim_op *op)
{
    if (op->what == OP_ACCEPT) {
        apply_accept(sim, op);
    } else if (op->what == OP_APPEND) {
        apply_append(sim, op);
    } else if (op->what == OP_READ) {
        const struct sim_job *job = find_job(sim, &op->job);
        if (job)
            tell_job(job, op);
        else
            op->was_read(op->arg, WR_STORE_NOT_FOUND, NULL, NULL, 0);
    } else if (op->what == OP_RECALL) {
        apply_recall(sim, op);
    } else {
        for (size_t i = 0; i < sim->job_count; i++)
            if (sim->jobs[i].finished_ms == 0)
                tell_job(&sim->jobs[i], op);
        op->done(op->arg, WR_STORE_OK);
    }
}

static void fail(struct sim_op *op)
{
    if (op->what == OP_ACCEPT)
        op->accepted(op->arg, WR_STORE_FAILED, WR_ACCEPTED_NEW, op->accept.job);
    else if (op->what == OP_APPEND && op->appended)
        op->appended(op->arg, WR_STORE_FAILED);
    else if (op->what == OP_READ)
        op->was_read(op->arg, WR_STORE_FAILED, NULL, NULL, 0);
    else if (op->what == OP_RECALL)
        op->recalled(op->arg, WR_STORE_FAILED, (struct wr_str){0}, 0);
    else if (op->what == OP_UNFINISHED)
        op->done(op->arg, WR_STORE_FAILED);
}

static void take_op(struct sim *sim)
{
    struct sim_op *op = sim->ops;
    sim->ops = op->next;
    if (!sim->ops)
        sim->ops_end = &sim->ops;
    bool writes = op->what == OP_ACCEPT || op->what == OP_APPEND;
    if (writes && !sim->crashed && ++sim->commits == sim->crash_at)
        sim->crashed = true;
    bool failing = writes && sim->commits >= sim->fail_from && sim->commits < sim->fail_to;
    if (sim->crashed || sim->down || failing)
        fail(op);
    else
        apply(sim, op);
    wr_arena_free(&op->arena);
    free(op);
}

static void op_due(void *arg)
{
    take_op(arg);
}

static struct sim_op *add_op(struct sim *sim, enum op_kind what, void *arg)
{
    struct sim_op *op = calloc(1, sizeof *op);
    op->what = what;
    op->arg = arg;
    *sim->ops_end = op;
    sim->ops_end = &op->next;
    sim->clock.after(sim, sim->commit_us, op_due, sim);
    return op;
}

static void tell_decided(void *arg)
{
    struct sim_op *op = arg;
    op->accept.decided(op->arg);
}

static void sim_accept(void *self, const struct wr_accept *accept,
                       void (*done)(void *, enum wr_store_status, enum wr_accepted, struct wr_id),
                       void *arg)
{
    struct sim_op *op = add_op(self, OP_ACCEPT, arg);
    op->accept = *accept;
    op->accept.workflow = wr_arena_str(&op->arena, accept->workflow);
    op->accept.contract_hash = wr_arena_str(&op->arena, accept->contract_hash);
    op->accept.caller = wr_arena_str(&op->arena, accept->caller);
    op->accept.entries = copy_entries(&op->arena, accept->entries, accept->entry_count);
    op->accepted = done;
    struct sim *sim = self;
    if (sim->early)
        sim->clock.after(sim, sim->commit_us / 2, tell_decided, op);
}

static void sim_append(void *self, const struct wr_append *append,
                       void (*done)(void *, enum wr_store_status), void *arg)
{
    struct sim_op *op = add_op(self, OP_APPEND, arg);
    op->append = *append;
    op->append.entries = copy_entries(&op->arena, append->entries, append->entry_count);
    op->appended = done;
    if (!append->finish)
        return;
    op->finish = *append->finish;
    op->finish.remember_value = wr_arena_str(&op->arena, append->finish->remember_value);
    op->append.finish = &op->finish;
}

static void sim_read(void *self, struct wr_id job,
                     void (*done)(void *, enum wr_store_status, const struct wr_job_row *,
                                  const struct wr_entry *, size_t),
                     void *arg)
{
    struct sim_op *op = add_op(self, OP_READ, arg);
    op->job = job;
    op->was_read = done;
}

static void sim_read_after(void *self, struct wr_id job, uint32_t after,
                           void (*done)(void *, enum wr_store_status, const struct wr_job_row *,
                                        const struct wr_entry *, size_t),
                           void *arg)
{
    struct sim_op *op = add_op(self, OP_READ, arg);
    op->job = job;
    op->after = after;
    op->was_read = done;
}

static void sim_recall(void *self, const struct wr_key *key, int64_t not_before_ms,
                       struct wr_str schema_hash,
                       void (*done)(void *, enum wr_store_status, struct wr_str, int64_t),
                       void *arg)
{
    struct sim_op *op = add_op(self, OP_RECALL, arg);
    op->key = *key;
    op->not_before_ms = not_before_ms;
    op->schema = wr_arena_copy(&op->arena, schema_hash.ptr, schema_hash.len);
    op->recalled = done;
}

/* Every job with its journal, as from a store that has no column for those that rest. */
static void sim_unfinished(void *self, struct wr_str contract_hash,
                           void (*each)(void *, const struct wr_job_row *, const struct wr_entry *,
                                        size_t),
                           void (*done)(void *, enum wr_store_status), void *arg)
{
    struct sim_op *op = add_op(self, OP_UNFINISHED, arg);
    (void)contract_hash;
    op->each = each;
    op->done = done;
}
