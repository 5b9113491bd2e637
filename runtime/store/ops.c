/* The calls that write, copied whole into one allocation each, so that they can cross threads. */
#include "runtime/store/sqlite.h"

#include <stdlib.h>
#include <string.h>

#define LETTER 64 /* answers in one letter: a loop looks up between two of them */

/* Space behind a call, handed out from the front. */
struct room {
    char *next;
};

static void keep(struct room *room, struct wr_str *text)
{
    if (text->len)
        memcpy(room->next, text->ptr, text->len);
    text->ptr = room->next;
    room->next += text->len;
}

static size_t entries_size(const struct wr_entry *entries, size_t count)
{
    size_t size = count * sizeof *entries;
    for (size_t i = 0; i < count; i++)
        size += entries[i].path.len + entries[i].body.len;
    return size;
}

/* The array first, as it needs alignment, which the call's own size has. */
static struct wr_entry *keep_entries(struct room *room, const struct wr_entry *from, size_t count)
{
    struct wr_entry *entries = (void *)room->next;
    if (count)
        memcpy(entries, from, count * sizeof *entries);
    room->next += count * sizeof *entries;
    for (size_t i = 0; i < count; i++) {
        keep(room, &entries[i].path);
        keep(room, &entries[i].body);
    }
    return entries;
}

static struct wr_op *make(size_t size)
{
    struct wr_op *op = malloc(sizeof *op + size);
    if (op)
        memset(op, 0, sizeof *op);
    return op;
}

struct wr_op *wr_op_accept(const struct wr_accept *accept)
{
    size_t size = accept->workflow.len + accept->contract_hash.len + accept->caller.len +
                  entries_size(accept->entries, accept->entry_count);
    struct wr_op *op = make(size);
    if (!op)
        return NULL;
    struct room room = {(char *)(op + 1)};
    op->is_accept = true;
    op->accept = *accept;
    op->accept.entries = keep_entries(&room, accept->entries, accept->entry_count);
    keep(&room, &op->accept.workflow);
    keep(&room, &op->accept.contract_hash);
    keep(&room, &op->accept.caller);
    return op;
}

struct wr_op *wr_op_append(const struct wr_append *append)
{
    size_t size = entries_size(append->entries, append->entry_count);
    const struct wr_finish *finish = append->finish;
    if (finish)
        size += finish->status.len + finish->result_type.len + finish->error_code.len +
                finish->remember_value.len + finish->remember_schema.len;
    struct wr_op *op = make(size);
    if (!op)
        return NULL;
    struct room room = {(char *)(op + 1)};
    op->append = *append;
    op->append.entries = keep_entries(&room, append->entries, append->entry_count);
    if (!finish)
        return op;
    op->finish = *finish;
    op->append.finish = &op->finish;
    keep(&room, &op->finish.status);
    keep(&room, &op->finish.result_type);
    keep(&room, &op->finish.error_code);
    keep(&room, &op->finish.remember_value);
    keep(&room, &op->finish.remember_schema);
    return op;
}

struct wr_op *wr_op_delivery(const struct wr_delivery *delivery)
{
    struct wr_op *op = make(delivery->service.len + delivery->event.len + delivery->detail.len);
    if (!op)
        return NULL;
    struct room room = {(char *)(op + 1)};
    op->is_delivery = true;
    op->append.job = delivery->job;
    op->delivery = *delivery;
    keep(&room, &op->delivery.service);
    keep(&room, &op->delivery.event);
    keep(&room, &op->delivery.detail);
    return op;
}

void wr_op_list_init(struct wr_op_list *list)
{
    *list = (struct wr_op_list){.end = &list->first};
}

void wr_op_list_add(struct wr_op_list *list, struct wr_op *op)
{
    op->next = NULL;
    *list->end = op;
    list->end = &op->next;
    list->count++;
    list->awaited += op->accepted || op->appended;
}

/* `tail` is empty afterwards. */
void wr_op_list_join(struct wr_op_list *list, struct wr_op_list *tail)
{
    if (tail->first) {
        *list->end = tail->first;
        list->end = tail->end;
        list->count += tail->count;
        list->awaited += tail->awaited;
    }
    wr_op_list_init(tail);
}

static void tell_decided(void *first)
{
    for (struct wr_op *op = first; op; op = op->next_decided)
        op->accept.decided(op->arg);
}

static bool is_decided(const struct wr_op *op)
{
    return op->is_accept && op->accept.decided && op->status == WR_STORE_OK &&
           op->how == WR_ACCEPTED_NEW;
}

/* One letter a loop. Its answer comes behind it in the same inbox, so the calls live as long. */
void wr_ops_send_decided(const struct wr_op_list *list)
{
    for (struct wr_op *head = list->first; head; head = head->next) {
        struct wr_op *first = NULL, **end = &first;
        if (head->told_decided || !is_decided(head))
            continue;
        for (struct wr_op *op = head; op; op = op->next)
            if (op->to == head->to && is_decided(op)) {
                op->told_decided = true;
                *end = op;
                end = &op->next_decided;
            }
        wr_store_post(head->to, tell_decided, first);
    }
}

void wr_ops_send_answers(struct wr_op_list *list)
{
    while (list->first) {
        struct wr_inbox *to = list->first->to;
        struct wr_op_list mine, others;
        wr_op_list_init(&mine);
        wr_op_list_init(&others);
        for (struct wr_op *op = list->first, *next; op; op = next) {
            next = op->next;
            wr_op_list_add(op->to == to && mine.count < LETTER ? &mine : &others, op);
        }
        wr_op_list_init(list);
        wr_op_list_join(list, &others);
        wr_store_post(to, wr_ops_answer, mine.first);
    }
}

void wr_ops_answer(void *first)
{
    struct wr_op *op = first;
    while (op) {
        struct wr_op *next = op->next;
        if (op->accepted)
            op->accepted(op->arg, op->status, op->how, op->job);
        if (op->appended)
            op->appended(op->arg, op->status);
        free(op);
        op = next;
    }
}
