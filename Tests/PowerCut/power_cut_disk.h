#ifndef POWER_CUT_DISK_H
#define POWER_CUT_DISK_H

#include "power_cut.h"
#include <pthread.h>

enum operation_kind { operation_create, operation_write, operation_truncate, operation_remove };

/// Something that was done to a file, and not synced yet.
struct operation {
    enum operation_kind kind;
    int64_t offset;
    int64_t length;
    unsigned char *bytes;
    struct operation *next;
};

struct image {
    int exists;
    int64_t size;
    unsigned char *bytes;
};

struct tracked_path {
    char *name;
    struct image durable;
    struct operation *first, *last;
    struct tracked_path *next;
};

struct power_cut_disk {
    char *folder;
    int lies, is_cut, handles, is_unmounted;
    /// Operations until the cut; 0: none is planned.
    long left;
    struct tracked_path *paths;
    struct power_cut_counts counts;
    struct power_cut_disk *next;
};

/// Guards everything here.
extern pthread_mutex_t power_cut_lock;

/// The mounted disk on which the file is; NULL: none.
struct power_cut_disk *power_cut_find(const char *path);
struct tracked_path *power_cut_track(struct power_cut_disk *disk, const char *path);

/// Remembers an operation, and counts it.
/// Returns whether the power is still on; the operation at the cut is remembered.
int power_cut_note(struct power_cut_disk *disk, struct tracked_path *path, enum operation_kind kind, int64_t offset,
                   const void *bytes, int64_t length);
/// The same for a sync: makes what was remembered durable.
int power_cut_sync(struct power_cut_disk *disk, struct tracked_path *path);
/// The folder was synced: names that were removed stay removed.
void power_cut_sync_folder(struct power_cut_disk *disk);
/// Frees the disk if nobody can ask for it any more.
void power_cut_release(struct power_cut_disk *disk);

#endif
