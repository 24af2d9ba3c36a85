#ifndef CMINI_H
#define CMINI_H
#include <stddef.h>
#include <stdint.h>

/// One embedded file of the mini model: its path below Models/mini, and its bytes.
typedef struct {
  const char *path;
  const uint8_t *bytes;
  size_t count;
} CMini_file;

/// Number of embedded files, and file number `index` of them.
size_t CMini_file_count(void);
CMini_file CMini_file_at(size_t index);

/// A file in memory that holds `count` bytes, for libraries that want a path (/proc/self/fd/N); -1 with errno on failure.
int32_t CMini_memory_file(const char *name, const uint8_t *bytes, size_t count);

#endif
