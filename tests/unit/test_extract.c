/* The JSON in what a model said: taken out and mended where that is certain, left alone where not. */
#include "runtime/model/extract.h"

#include "runtime/base/str.h"
#include "tests/unit/tap.h"

static void expect(const char *text, const char *want, const char *how)
{
    struct wr_arena made = {0}, scratch = {0};
    struct wr_str json;
    const char *said;
    char got[400];
    wr_extract(&made, &scratch, wr_str_of(text), &json, &said);
    snprintf(got, sizeof got, "%s|%.*s", said, (int)json.len, json.ptr);
    char wanted[400];
    snprintf(wanted, sizeof wanted, "%s|%s", how, want);
    tap_text(got, wanted, *how ? how : "left as it is");
    wr_arena_free(&made);
    wr_arena_free(&scratch);
}

#define LEFT(text) expect(text, text, "")

int main(void)
{
    LEFT("{\"a\":1}");
    LEFT(" \n{\"a\":1}\n");
    LEFT("");
    LEFT("No.");
    expect("```json\n{\"a\":1}\n```", "{\"a\":1}", "taken from a fence");
    expect("Here you are:\n\n```\n{\"a\":\"`x`\"}\n```\nAnything else?", "{\"a\":\"`x`\"}",
           "taken from a fence");
    expect("```json\n{\"a\":[1,2,],}\n```", "{\"a\":[1,2]}", "taken from a fence and mended");
    expect("Sure! {\"a\":\"}{\"} Done.", "{\"a\":\"}{\"}", "taken from among words");
    expect("The set {x} is {\"a\":1}", "{\"a\":1}", "taken from among words");
    expect("So: {\"a\":1,}", "{\"a\":1}", "taken from among words and mended");
    expect("{\"a\":\"one\ntwo\tthree\"}", "{\"a\":\"one\\ntwo\\tthree\"}", "mended");
    expect("{\"a\":\"it\\'s\",}", "{\"a\":\"it's\"}", "mended");
    expect("{\"a\":\"x,]\", \"b\":[1 , \n]}", "{\"a\":\"x,]\", \"b\":[1  \n]}", "mended");
    expect("\xEF\xBB\xBF{\"a\":1}", "{\"a\":1}", "mended");
    expect("<think>{\"a\":0}?\n</think>\n\n{\"a\":1}", "{\"a\":1}", "taken from after a thought");
    expect("<think>Hm {\"a\":0}</think>So: {\"a\":1}", "{\"a\":1}", "taken from among words");
    LEFT("{\"a\":1} {\"a\":2}");
    LEFT("```\n{\"a\":1}\n```\n```\n{\"a\":2}\n```");
    LEFT("{\"a\":[1,2");
    LEFT("```json\n{\"a\":[1,2\n```");
    LEFT("Here: {\"points\":[{\"text\":\"a\"},");
    LEFT("Here: {\"points\":[{\"text\":\"a\"}");
    LEFT("First {\"a\":1}, then {\"b\":");
    LEFT("{'a':1}");
    LEFT("{\"a\":True}");
    LEFT("{\"a\":1,,}");
    LEFT("{\"a\":\"\x01\xff\"}");
    LEFT("{\"a\":1,\"a\":2}");
    return tap_done();
}
