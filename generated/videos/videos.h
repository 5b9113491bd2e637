/* The types of videos 1.0.0, and the numbers of its errors, services and models.
 * Written by `wright compile` from videos.flow: edit that. */
#ifndef VIDEOS_H
#define VIDEOS_H

#include <wright/generated.h>

/* videos.flow:10: What is to be filmed. */
struct Script {
    struct wr_str title;
    struct wr_str text;
    struct wr_str style;
    int64_t max_scenes;
};

/* videos.flow:17: One scene as the outline has it. */
struct Beat {
    struct wr_str heading;
    struct wr_str action;
};

struct list_of_Beat {
    struct Beat *items;
    size_t count;
};

/* videos.flow:18 */
struct Outline {
    struct list_of_Beat beats;
};

/* videos.flow:19 */
struct Shot {
    struct wr_str framing;
    struct wr_str picture;
    int64_t seconds;
};

struct list_of_Shot {
    struct Shot *items;
    size_t count;
};

/* videos.flow:20 */
struct Detail {
    struct list_of_Shot shots;
    struct wr_str mood;
};

/* videos.flow:21 */
struct Scene {
    struct wr_str heading;
    struct wr_str action;
    bool has_mood;
    struct wr_str mood;
    struct list_of_Shot shots;
};

struct list_of_Scene {
    struct Scene *items;
    size_t count;
};

/* videos.flow:27 */
struct Storyboard {
    struct wr_str title;
    struct list_of_Scene scenes;
    int64_t unrefined;
};

extern const struct wr_schema schema_Script;
extern const struct wr_schema schema_Beat;
extern const struct wr_schema schema_Outline;
extern const struct wr_schema schema_Shot;
extern const struct wr_schema schema_Detail;
extern const struct wr_schema schema_Scene;
extern const struct wr_schema schema_Storyboard;

/* ---- numbers of errors, services and models -------------------------------------------------- */

enum { ERROR_refused, ERROR_unavailable };
enum { SERVICE_client };
enum { MODEL_fast, MODEL_heavy };

/* ---- machines and documents ------------------------------------------------------------------ */

extern const struct wr_workflow workflow_create_storyboard;
extern const char embedded_contract[], embedded_openapi[];
extern const struct wr_known embedded_known;

#endif
