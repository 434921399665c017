#include "power_cut_disk.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

pthread_mutex_t power_cut_lock = PTHREAD_MUTEX_INITIALIZER;
static struct power_cut_disk *disks;

static void reserve(struct image *image, int64_t size) {
    if (size <= image->size) return;
    image->bytes = realloc(image->bytes, (size_t)size);
    memset(image->bytes + image->size, 0, (size_t)(size - image->size));
    image->size = size;
}

static void put(struct image *image, int64_t offset, const unsigned char *bytes, int64_t length) {
    if (length == 0) return;
    reserve(image, offset + length);
    memcpy(image->bytes + offset, bytes, (size_t)length);
}

static void clear(struct image *image) {
    free(image->bytes);
    *image = (struct image){0};
}

static void load(struct image *image, const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) return;
    image->exists = 1;
    unsigned char block[65536];
    for (size_t count; (count = fread(block, 1, sizeof block, file)) > 0;) put(image, image->size, block, (int64_t)count);
    fclose(file);
}

static void apply(struct image *image, const struct operation *operation) {
    switch (operation->kind) {
    case operation_create: image->exists = 1; break;
    case operation_write: put(image, operation->offset, operation->bytes, operation->length); break;
    case operation_truncate:
        if (operation->offset < image->size) image->size = operation->offset;
        break;
    case operation_remove: clear(image); break;
    }
}

static void drop_first(struct tracked_path *path) {
    struct operation *first = path->first;
    path->first = first->next;
    if (!path->first) path->last = NULL;
    free(first->bytes);
    free(first);
}

power_cut_disk *power_cut_mount(const char *folder, int lies) {
    struct power_cut_disk *disk = calloc(1, sizeof *disk);
    disk->folder = realpath(folder, NULL);
    if (!disk->folder) {
        free(disk);
        return NULL;
    }
    disk->lies = lies;
    pthread_mutex_lock(&power_cut_lock);
    disk->next = disks;
    disks = disk;
    pthread_mutex_unlock(&power_cut_lock);
    return disk;
}

void power_cut_arm(power_cut_disk *disk, long operation) {
    pthread_mutex_lock(&power_cut_lock);
    disk->left = operation;
    pthread_mutex_unlock(&power_cut_lock);
}

int power_cut_happened(power_cut_disk *disk) {
    pthread_mutex_lock(&power_cut_lock);
    int is_cut = disk->is_cut;
    pthread_mutex_unlock(&power_cut_lock);
    return is_cut;
}

struct power_cut_disk *power_cut_find(const char *path) {
    for (struct power_cut_disk *disk = disks; disk; disk = disk->next) {
        size_t length = strlen(disk->folder);
        if (!strncmp(path, disk->folder, length) && path[length] == '/') return disk;
    }
    return NULL;
}

struct tracked_path *power_cut_track(struct power_cut_disk *disk, const char *path) {
    const char *name = path + strlen(disk->folder) + 1;
    for (struct tracked_path *known = disk->paths; known; known = known->next)
        if (!strcmp(known->name, name)) return known;
    struct tracked_path *added = calloc(1, sizeof *added);
    added->name = strdup(name);
    load(&added->durable, path);
    added->next = disk->paths;
    return disk->paths = added;
}

/// Whether the operation still happens with the power on.
static int count_down(struct power_cut_disk *disk) {
    if (disk->left > 0 && --disk->left == 0) disk->is_cut = 1;
    return !disk->is_cut;
}

int power_cut_note(struct power_cut_disk *disk, struct tracked_path *path, enum operation_kind kind, int64_t offset,
                   const void *bytes, int64_t length) {
    if (disk->is_cut) return 0;
    struct operation *operation = calloc(1, sizeof *operation);
    operation->kind = kind;
    operation->offset = offset;
    operation->length = length;
    if (length > 0) {
        operation->bytes = malloc((size_t)length);
        memcpy(operation->bytes, bytes, (size_t)length);
    }
    if (path->last) path->last->next = operation; else path->first = operation;
    path->last = operation;
    if (kind == operation_write) {
        disk->counts.writes++;
        size_t end = strlen(path->name);
        if (offset == 0 && end > 4 && !strcmp(path->name + end - 4, "-wal")) disk->counts.log_restarts++;
    }
    return count_down(disk);
}

void power_cut_sync_folder(struct power_cut_disk *disk) {
    if (disk->lies) return;
    for (struct tracked_path *path = disk->paths; path; path = path->next) {
        const struct operation *last = NULL;
        for (const struct operation *operation = path->first; operation; operation = operation->next)
            if (operation->kind == operation_remove) last = operation;
        while (last) {
            int is_last = path->first == last;
            apply(&path->durable, path->first);
            drop_first(path);
            if (is_last) break;
        }
    }
}

int power_cut_sync(struct power_cut_disk *disk, struct tracked_path *path) {
    if (disk->is_cut || !count_down(disk)) return 0;
    disk->counts.syncs++;
    if (!strchr(path->name, '-')) disk->counts.database_syncs++;
    if (disk->lies) return 1;
    while (path->first) {
        apply(&path->durable, path->first);
        drop_first(path);
    }
    return 1;
}

struct chance {
    uint64_t state;
    int64_t piece;
    int kept, garbled;
};

static uint64_t draw(struct chance *chance) {
    uint64_t mixed = chance->state += 0x9E3779B97F4A7C15;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
    return mixed ^ (mixed >> 31);
}

static int happens(struct chance *chance, int percent) { return (int)(draw(chance) % 100) < percent; }

/// A later write may have reached the disk where an earlier one has not: for what a piece holds in the end, that is
/// every order there is.
static void tear(struct image *image, const struct operation *write, struct chance *chance,
                 struct power_cut_counts *counts) {
    int64_t end = write->offset + write->length;
    for (int64_t start = write->offset, next; start < end; start = next) {
        next = (start / chance->piece + 1) * chance->piece;
        if (next > end) next = end;
        if (!happens(chance, chance->kept)) {
            counts->lost_pieces++;
        } else if (happens(chance, chance->garbled)) {
            reserve(image, next);
            for (int64_t index = start; index < next; index++) image->bytes[index] = (unsigned char)draw(chance);
            counts->garbled_pieces++;
        } else {
            put(image, start, write->bytes + (start - write->offset), next - start);
            counts->kept_pieces++;
        }
    }
}

static struct image remains(const struct tracked_path *path, struct chance *chance, struct power_cut_counts *counts) {
    struct image image = {.exists = path->durable.exists};
    put(&image, 0, path->durable.bytes, path->durable.size);
    for (const struct operation *operation = path->first; operation; operation = operation->next) {
        switch (operation->kind) {
        case operation_write: tear(&image, operation, chance, counts); break;
        case operation_truncate:
            if (happens(chance, chance->kept)) apply(&image, operation);
            break;
        case operation_create:
        case operation_remove:
            // What was done to a name of the folder that never was, was done to another file.
            if (!happens(chance, 50)) {
                counts->revived_files += operation->kind == operation_remove;
                return image;
            }
            apply(&image, operation);
        }
    }
    return image;
}

int power_cut_recover(power_cut_disk *disk, const char *folder, uint64_t seed, struct power_cut_counts *counts) {
    static const int shares[] = {0, 10, 50, 90, 100};
    pthread_mutex_lock(&power_cut_lock);
    struct chance chance = {.state = seed};
    chance.piece = happens(&chance, 50) ? 512 : 4096;
    chance.kept = shares[draw(&chance) % 5];
    chance.garbled = happens(&chance, 30) ? 10 : 0;
    int error = 0;
    for (const struct tracked_path *path = disk->paths; path && !error; path = path->next) {
        struct image image = remains(path, &chance, &disk->counts);
        if (image.exists) {
            char target[4096];
            snprintf(target, sizeof target, "%s/%s", folder, path->name);
            FILE *file = fopen(target, "wb");
            if (!file || fwrite(image.bytes, 1, (size_t)image.size, file) != (size_t)image.size) error = errno;
            if (file && fclose(file)) error = errno;
        }
        clear(&image);
    }
    *counts = disk->counts;
    pthread_mutex_unlock(&power_cut_lock);
    return error;
}

void power_cut_release(struct power_cut_disk *disk) {
    if (!disk->is_unmounted || disk->handles) return;
    for (struct power_cut_disk **link = &disks; *link; link = &(*link)->next)
        if (*link == disk) {
            *link = disk->next;
            break;
        }
    for (struct tracked_path *path = disk->paths, *next; path; path = next) {
        next = path->next;
        while (path->first) drop_first(path);
        clear(&path->durable);
        free(path->name);
        free(path);
    }
    free(disk->folder);
    free(disk);
}

void power_cut_unmount(power_cut_disk *disk) {
    pthread_mutex_lock(&power_cut_lock);
    disk->is_unmounted = 1;
    disk->is_cut = 1;
    power_cut_release(disk);
    pthread_mutex_unlock(&power_cut_lock);
}
