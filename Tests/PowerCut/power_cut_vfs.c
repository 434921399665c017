#include "power_cut_disk.h"
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

/// A file on a disk, in front of the system's own in the same memory.
struct cut_file {
    sqlite3_file base;
    struct power_cut_disk *disk;
    struct tracked_path *path;
    /// Whether the next sync is also one of the folder: SQLite's first of each log or journal that it may have made.
    int syncs_folder;
};

#define OWN_SIZE ((int)((sizeof(struct cut_file) + 15) & ~15UL))

static sqlite3_vfs *parent;
static sqlite3_vfs vfs;

static sqlite3_file *real(sqlite3_file *file) { return (sqlite3_file *)((char *)file + OWN_SIZE); }
static struct cut_file *own(sqlite3_file *file) { return (struct cut_file *)file; }

static int is_dead(sqlite3_file *file) {
    pthread_mutex_lock(&power_cut_lock);
    int is_cut = own(file)->disk->is_cut;
    pthread_mutex_unlock(&power_cut_lock);
    return is_cut;
}

static int cut_close(sqlite3_file *file) {
    int result = real(file)->pMethods->xClose(real(file));
    pthread_mutex_lock(&power_cut_lock);
    own(file)->disk->handles--;
    power_cut_release(own(file)->disk);
    pthread_mutex_unlock(&power_cut_lock);
    return result;
}

static int cut_read(sqlite3_file *file, void *bytes, int length, sqlite3_int64 offset) {
    return is_dead(file) ? SQLITE_IOERR_READ : real(file)->pMethods->xRead(real(file), bytes, length, offset);
}

/// The file and the memory of what is not durable change together.
static int cut_write(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 offset) {
    pthread_mutex_lock(&power_cut_lock);
    int is_on = power_cut_note(own(file)->disk, own(file)->path, operation_write, offset, bytes, length);
    int result = is_on ? real(file)->pMethods->xWrite(real(file), bytes, length, offset) : SQLITE_IOERR_WRITE;
    pthread_mutex_unlock(&power_cut_lock);
    return result;
}

static int cut_truncate(sqlite3_file *file, sqlite3_int64 size) {
    pthread_mutex_lock(&power_cut_lock);
    int is_on = power_cut_note(own(file)->disk, own(file)->path, operation_truncate, size, NULL, 0);
    int result = is_on ? real(file)->pMethods->xTruncate(real(file), size) : SQLITE_IOERR_TRUNCATE;
    pthread_mutex_unlock(&power_cut_lock);
    return result;
}

/// The real disk need not know: the file lives no longer than this process.
static int cut_sync(sqlite3_file *file, int flags) {
    (void)flags;
    pthread_mutex_lock(&power_cut_lock);
    int is_on = power_cut_sync(own(file)->disk, own(file)->path);
    if (is_on && own(file)->syncs_folder) power_cut_sync_folder(own(file)->disk);
    own(file)->syncs_folder = 0;
    pthread_mutex_unlock(&power_cut_lock);
    return is_on ? SQLITE_OK : SQLITE_IOERR_FSYNC;
}

static int cut_file_size(sqlite3_file *file, sqlite3_int64 *size) {
    return is_dead(file) ? SQLITE_IOERR_FSTAT : real(file)->pMethods->xFileSize(real(file), size);
}

static int cut_lock(sqlite3_file *file, int lock) { return real(file)->pMethods->xLock(real(file), lock); }
static int cut_unlock(sqlite3_file *file, int lock) { return real(file)->pMethods->xUnlock(real(file), lock); }
static int cut_check_lock(sqlite3_file *file, int *out) {
    return real(file)->pMethods->xCheckReservedLock(real(file), out);
}
static int cut_control(sqlite3_file *file, int operation, void *argument) {
    return real(file)->pMethods->xFileControl(real(file), operation, argument);
}
static int cut_sector_size(sqlite3_file *file) { return real(file)->pMethods->xSectorSize(real(file)); }
/// Bytes beside a torn write are not touched: what SQLite assumes of every disk unless it is told otherwise.
static int cut_characteristics(sqlite3_file *file) {
    (void)file;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}
static int cut_map(sqlite3_file *file, int page, int size, int extend, void volatile **memory) {
    return real(file)->pMethods->xShmMap(real(file), page, size, extend, memory);
}
static int cut_shared_lock(sqlite3_file *file, int offset, int count, int flags) {
    return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}
static void cut_barrier(sqlite3_file *file) { real(file)->pMethods->xShmBarrier(real(file)); }
static int cut_unmap(sqlite3_file *file, int remove) { return real(file)->pMethods->xShmUnmap(real(file), remove); }

static const sqlite3_io_methods methods = {
    .iVersion = 2, .xClose = cut_close, .xRead = cut_read, .xWrite = cut_write, .xTruncate = cut_truncate,
    .xSync = cut_sync, .xFileSize = cut_file_size, .xLock = cut_lock, .xUnlock = cut_unlock,
    .xCheckReservedLock = cut_check_lock, .xFileControl = cut_control, .xSectorSize = cut_sector_size,
    .xDeviceCharacteristics = cut_characteristics, .xShmMap = cut_map, .xShmLock = cut_shared_lock,
    .xShmBarrier = cut_barrier, .xShmUnmap = cut_unmap,
};

static int open_on_disk(struct power_cut_disk *disk, const char *name, sqlite3_file *file, int flags, int *out) {
    if (disk->is_cut) return SQLITE_CANTOPEN;
    struct tracked_path *path = power_cut_track(disk, name);
    int is_new = access(name, F_OK) != 0;
    int result = parent->xOpen(parent, name, real(file), flags, out);
    if (result != SQLITE_OK) return result;
    own(file)->disk = disk;
    own(file)->path = path;
    own(file)->syncs_folder =
        flags & SQLITE_OPEN_CREATE && flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL);
    file->pMethods = &methods;
    disk->handles++;
    if (is_new) power_cut_note(disk, path, operation_create, 0, NULL, 0);
    return SQLITE_OK;
}

static int vfs_open(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags, int *out) {
    (void)self;
    file->pMethods = NULL;
    pthread_mutex_lock(&power_cut_lock);
    struct power_cut_disk *disk = name ? power_cut_find(name) : NULL;
    int result = disk ? open_on_disk(disk, name, file, flags, out) : SQLITE_OK;
    pthread_mutex_unlock(&power_cut_lock);
    return disk ? result : parent->xOpen(parent, name, file, flags, out);
}

static int vfs_delete(sqlite3_vfs *self, const char *name, int is_folder_synced) {
    (void)self;
    pthread_mutex_lock(&power_cut_lock);
    struct power_cut_disk *disk = power_cut_find(name);
    int is_on = !disk || (!disk->is_cut && access(name, F_OK) != 0)
                || power_cut_note(disk, power_cut_track(disk, name), operation_remove, 0, NULL, 0);
    if (disk && is_on && is_folder_synced) power_cut_sync_folder(disk);
    int result = is_on ? parent->xDelete(parent, name, disk ? 0 : is_folder_synced) : SQLITE_IOERR_DELETE;
    pthread_mutex_unlock(&power_cut_lock);
    return result;
}

int power_cut_register(void) {
    if (parent) return SQLITE_OK;
    int result = sqlite3_initialize();
    if (result != SQLITE_OK) return result;
    parent = sqlite3_vfs_find(NULL);
    vfs = *parent;
    vfs.pNext = NULL;
    vfs.zName = "power-cut";
    vfs.szOsFile = OWN_SIZE + parent->szOsFile;
    vfs.xOpen = vfs_open;
    vfs.xDelete = vfs_delete;
    return sqlite3_vfs_register(&vfs, 1);
}
