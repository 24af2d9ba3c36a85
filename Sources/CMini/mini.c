#define _GNU_SOURCE
#include "CMini.h"
#include <sys/mman.h>
#include <unistd.h>

// files.inc names each file of Models/mini once: EMBED(identifier, "path below Models/mini").
#define EMBED(name, relative) extern const uint8_t CMini_##name[]; extern const size_t CMini_##name##_count;
#include "files.inc"
#undef EMBED

static const struct {
  const char *path;
  const uint8_t *bytes;
  const size_t *count;
} files[] = {
#define EMBED(name, relative) {relative, CMini_##name, &CMini_##name##_count},
#include "files.inc"
#undef EMBED
};

size_t CMini_file_count(void) { return sizeof files / sizeof files[0]; }

CMini_file CMini_file_at(size_t index) {
  if (index >= CMini_file_count()) return (CMini_file){0};
  return (CMini_file){files[index].path, files[index].bytes, *files[index].count};
}

int32_t CMini_memory_file(const char *name, const uint8_t *bytes, size_t count) {
  int descriptor = memfd_create(name, MFD_CLOEXEC);
  if (descriptor < 0) return -1;
  for (size_t written = 0; written < count;) {
    ssize_t step = write(descriptor, bytes + written, count - written);
    if (step < 0) {
      close(descriptor);
      return -1;
    }
    written += (size_t)step;
  }
  return descriptor;
}
