// Records what a program does to files below $RECORD_ROOT: data, sizes, names and syncs, of all its threads and children in
// one order. Preloaded by power-loss-test, which compiles it; the log is $RECORD_LOG.
//
// Record: kind (1 byte), inode, offset, length of data, length of path, length of second path (8 bytes each), then those.
// Kinds: c create, w write, t truncate, s sync a file, d sync a folder, r rename, l link, u unlink, m mkdir, x rmdir.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { mostDescriptors = 65536 };
static unsigned char isTracked[mostDescriptors];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int logDescriptor = -1;
static const char *root;

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void begin(void) {
  pthread_mutex_lock(&mutex);
  if (!root) {
    root = getenv("RECORD_ROOT");
    int descriptor = NEXT(open)(getenv("RECORD_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    logDescriptor = fcntl(descriptor, F_DUPFD_CLOEXEC, 1000);
    NEXT(close)(descriptor);
  }
  flock(logDescriptor, LOCK_EX);
}

static void end(void) {
  int number = errno;
  flock(logDescriptor, LOCK_UN);
  pthread_mutex_unlock(&mutex);
  errno = number;
}

static void absolute(int folder, const char *path, char *result) {
  char base[PATH_MAX] = "";
  if (path[0] == '/') {
    snprintf(result, PATH_MAX, "%s", path);
    return;
  }
  if (folder == AT_FDCWD) {
    if (!getcwd(base, sizeof base)) base[0] = 0;
  } else {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t length = readlink(link, base, sizeof base - 1);
    base[length < 0 ? 0 : length] = 0;
  }
  while (strncmp(path, "./", 2) == 0) path += 2;
  snprintf(result, PATH_MAX, "%.2000s/%.2000s", base, path);
}

static int isBelow(const char *path) {
  size_t length = strlen(root);
  return strncmp(path, root, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static void record(char kind, uint64_t inode, uint64_t offset, const void *data, uint64_t length, const char *path,
                   const char *other) {
  uint64_t header[5] = {inode, offset, length, path ? strlen(path) : 0, other ? strlen(other) : 0};
  struct iovec parts[] = {{&kind, 1}, {header, sizeof header}, {(void *)path, header[3]}, {(void *)other, header[4]},
                          {(void *)data, data ? length : 0}};
  if (writev(logDescriptor, parts, 5) < 0) abort();
}

static uint64_t inodeOf(int descriptor) {
  struct stat status;
  return fstat(descriptor, &status) == 0 ? status.st_ino : 0;
}

static int tracked(int descriptor) { return descriptor >= 0 && descriptor < mostDescriptors && isTracked[descriptor]; }

static int opened(int folder, const char *path, int flags, mode_t mode) {
  char full[PATH_MAX];
  struct stat status;
  begin();
  absolute(folder, path, full);
  int below = isBelow(full);
  int existed = below && stat(full, &status) == 0;
  int descriptor = NEXT(openat)(folder, path, flags, mode);
  if (descriptor >= 0 && descriptor < mostDescriptors) {
    isTracked[descriptor] = below;
    if (below && !existed) record('c', inodeOf(descriptor), 0, 0, 0, full, 0);
    if (below && existed && flags & O_TRUNC) record('t', inodeOf(descriptor), 0, 0, 0, 0, 0);
  }
  end();
  return descriptor;
}

#define MODE(flags) \
  mode_t mode = 0; \
  if ((flags) & (O_CREAT | __O_TMPFILE)) { \
    va_list list; \
    va_start(list, flags); \
    mode = va_arg(list, mode_t); \
    va_end(list); \
  }

int open(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE(flags) return opened(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE(flags) return opened(folder, path, flags, mode); }

int close(int descriptor) {
  if (descriptor >= 1000 && descriptor == logDescriptor) return 0;
  if (descriptor >= 0 && descriptor < mostDescriptors) isTracked[descriptor] = 0;
  return NEXT(close)(descriptor);
}

// From here on: do it, and write it down when it went well.
#define RECORDED(type, condition, call, ...) \
  if (!(condition)) return call; \
  begin(); \
  type result = call; \
  if (result >= 0) record(__VA_ARGS__); \
  end(); \
  return result;

ssize_t write(int descriptor, const void *data, size_t length) {
  if (!tracked(descriptor)) return NEXT(write)(descriptor, data, length);
  begin();
  struct stat status;
  fstat(descriptor, &status);
  int appends = fcntl(descriptor, F_GETFL) & O_APPEND;
  uint64_t offset = appends ? status.st_size : lseek(descriptor, 0, SEEK_CUR);
  ssize_t result = NEXT(write)(descriptor, data, length);
  if (result > 0) record('w', status.st_ino, offset, data, result, 0, 0);
  end();
  return result;
}

ssize_t pwrite(int descriptor, const void *data, size_t length, off_t offset) {
  RECORDED(ssize_t, tracked(descriptor), NEXT(pwrite)(descriptor, data, length, offset), 'w', inodeOf(descriptor), offset,
           data, result, 0, 0)
}
ssize_t pwrite64(int descriptor, const void *data, size_t length, off64_t offset) {
  return pwrite(descriptor, data, length, offset);
}

int ftruncate(int descriptor, off_t length) {
  RECORDED(int, tracked(descriptor), NEXT(ftruncate)(descriptor, length), 't', inodeOf(descriptor), length, 0, 0, 0, 0)
}
int ftruncate64(int descriptor, off64_t length) { return ftruncate(descriptor, length); }

static int synced(int descriptor, int (*call)(int)) {
  struct stat status;
  int isFolder = fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode);
  char path[PATH_MAX], link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  path[length < 0 ? 0 : length] = 0;
  RECORDED(int, tracked(descriptor), call(descriptor), isFolder ? 'd' : 's', status.st_ino, 0, 0, 0, path, 0)
}
int fsync(int descriptor) { return synced(descriptor, NEXT(fsync)); }
int fdatasync(int descriptor) { return synced(descriptor, NEXT(fdatasync)); }

int renameat(int folder, const char *path, int otherFolder, const char *other) {
  char from[PATH_MAX], to[PATH_MAX];
  absolute(folder, path, from);
  absolute(otherFolder, other, to);
  begin();
  int result = NEXT(renameat)(folder, path, otherFolder, other);
  if (result == 0 && isBelow(to)) record('r', 0, 0, 0, 0, from, to);
  end();
  return result;
}
int rename(const char *path, const char *other) { return renameat(AT_FDCWD, path, AT_FDCWD, other); }

int link(const char *path, const char *other) {
  char from[PATH_MAX], to[PATH_MAX];
  absolute(AT_FDCWD, path, from);
  absolute(AT_FDCWD, other, to);
  begin();
  int result = NEXT(link)(path, other);
  if (result == 0 && isBelow(to)) record('l', 0, 0, 0, 0, from, to);
  end();
  return result;
}

int unlinkat(int folder, const char *path, int flags) {
  char full[PATH_MAX];
  absolute(folder, path, full);
  begin();
  int result = NEXT(unlinkat)(folder, path, flags);
  if (result == 0 && isBelow(full)) record(flags & AT_REMOVEDIR ? 'x' : 'u', 0, 0, 0, 0, full, 0);
  end();
  return result;
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char *path) {
  struct stat status;
  if (lstat(path, &status) != 0) return -1;
  return unlinkat(AT_FDCWD, path, S_ISDIR(status.st_mode) ? AT_REMOVEDIR : 0);
}

int mkdirat(int folder, const char *path, mode_t mode) {
  char full[PATH_MAX];
  absolute(folder, path, full);
  begin();
  int result = NEXT(mkdirat)(folder, path, mode);
  if (result == 0 && isBelow(full)) record('m', 0, 0, 0, 0, full, 0);
  end();
  return result;
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }
