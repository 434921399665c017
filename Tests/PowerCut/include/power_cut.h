#ifndef POWER_CUT_H
#define POWER_CUT_H

#include <stdint.h>

/// A folder on a disk whose power can be cut. What SQLite writes there goes to the file, and is also remembered as not
/// yet durable until SQLite syncs it.
typedef struct power_cut_disk power_cut_disk;

struct power_cut_counts {
    long writes, syncs, log_restarts, database_syncs, lost_pieces, kept_pieces, garbled_pieces, revived_files;
};

/// Makes this the process's default VFS. Files outside of mounted folders are as they were.
int power_cut_register(void);

/// What is in the folder now counts as durable. If the disk lies, it calls everything durable and keeps nothing so.
power_cut_disk *power_cut_mount(const char *folder, int lies);

/// Cuts the power during the operation-th write, sync, truncation or removal from now on: from then on everything fails.
void power_cut_arm(power_cut_disk *disk, long operation);

int power_cut_happened(power_cut_disk *disk);

/// Writes into another folder what the disk holds after the cut: everything durable, and by chance some pieces of the
/// rest, in whatever order. Returns 0, or an errno.
int power_cut_recover(power_cut_disk *disk, const char *folder, uint64_t seed, struct power_cut_counts *counts);

/// Forgets the disk, once SQLite has closed the last file on it.
void power_cut_unmount(power_cut_disk *disk);

#endif
