/*
 * Stands between a process and its disk: linked in by LD_PRELOAD, it writes down what is done to the files below
 * SHIM_FOLDER, and fails what the file SHIM_FAULT says.
 *
 * The record (SHIM_RECORD) has for each step: its kind (1 byte), the length of the path (2), the path as it is below the
 * folder, the offset (8), the length of the data (4), the data; all little-endian. Kinds: W write, T truncate to the
 * offset, S sync, R rename (the data is the new path), L link (the same), U unlink. A step is written down after it was
 * done, before whoever asked for it goes on.
 *
 * SHIM_FAULT holds a line "WHAT SUFFIX ERRNO": from then on write, read or sync (WHAT) of the files whose path ends in
 * SUFFIX fail with that number. Nothing fails while it isn't there.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *folder, *fault_file;
static size_t folder_length;
static int record = -1;

#define REAL(result, name, ...) static result (*real_##name)(__VA_ARGS__)
REAL(ssize_t, write, int, const void *, size_t);
REAL(ssize_t, writev, int, const struct iovec *, int);
REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
REAL(ssize_t, pread64, int, void *, size_t, off64_t);
REAL(int, ftruncate64, int, off64_t);
REAL(int, fsync, int);
REAL(int, fdatasync, int);
REAL(int, rename, const char *, const char *);
REAL(int, link, const char *, const char *);
REAL(int, unlink, const char *);

__attribute__((constructor)) static void begin(void) {
#define FIND(name) real_##name = dlsym(RTLD_NEXT, #name)
  FIND(write); FIND(writev); FIND(pwrite64); FIND(pread64); FIND(ftruncate64);
  FIND(fsync); FIND(fdatasync); FIND(rename); FIND(link); FIND(unlink);
  folder = getenv("SHIM_FOLDER");
  folder_length = folder ? strlen(folder) : 0;
  fault_file = getenv("SHIM_FAULT");
  const char *path = getenv("SHIM_RECORD");
  if (folder && path) record = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* What stands below the folder, or NULL for what isn't in it. */
static const char *below(const char *path) {
  if (!folder || strncmp(path, folder, folder_length) != 0) return NULL;
  if (path[folder_length] == '\0') return "";
  return path[folder_length] == '/' ? path + folder_length + 1 : NULL;
}

/* The kernel knows a descriptor's path, also of one that was opened before us or by a call that we don't know. */
static const char *path_of(int fd, char *buffer) {
  char link_name[32];
  snprintf(link_name, sizeof link_name, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link_name, buffer, PATH_MAX - 1);
  if (length <= 0 || buffer[0] != '/') return NULL;
  buffer[length] = '\0';
  return below(buffer);
}

/* A path as somebody gives it, which may be relative. */
static const char *path_from(const char *given, char *buffer) {
  if (given[0] == '/') return below(given);
  if (!getcwd(buffer, PATH_MAX - 1)) return NULL;
  size_t length = strlen(buffer);
  snprintf(buffer + length, PATH_MAX - length, "/%s", given);
  return below(buffer);
}

static void note(char kind, const char *path, uint64_t offset, const void *data, uint32_t length) {
  if (record < 0 || !path) return;
  uint16_t path_length = (uint16_t)strlen(path);
  struct iovec parts[] = {
      {&kind, 1}, {&path_length, 2}, {(void *)path, path_length}, {&offset, 8}, {&length, 4}, {(void *)data, length}};
  real_writev(record, parts, 6);
}

static int fails(const char *what, const char *path) {
  if (!fault_file || !path) return 0;
  int fd = open(fault_file, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  char text[256] = {0}, kind[16], suffix[128];
  int number = 0;
  ssize_t length = read(fd, text, sizeof text - 1);
  close(fd);
  if (length <= 0 || sscanf(text, "%15s %127s %d", kind, suffix, &number) != 3 || strcmp(kind, what) != 0) return 0;
  size_t path_length = strlen(path), suffix_length = strlen(suffix);
  if (path_length < suffix_length || strcmp(path + path_length - suffix_length, suffix) != 0) return 0;
  return number;
}

#define FAIL_IF(what, path)              \
  do {                                   \
    int number = fails(what, path);      \
    if (number) {                        \
      errno = number;                    \
      return -1;                         \
    }                                    \
  } while (0)

static uint64_t position(int fd, ssize_t written) {
  int flags = fcntl(fd, F_GETFL);
  struct stat state;
  /* Where O_APPEND has put it. */
  if (flags >= 0 && (flags & O_APPEND) && fstat(fd, &state) == 0) return (uint64_t)state.st_size - (uint64_t)written;
  return (uint64_t)lseek(fd, 0, SEEK_CUR) - (uint64_t)written;
}

ssize_t write(int fd, const void *data, size_t length) {
  char buffer[PATH_MAX];
  const char *path = folder ? path_of(fd, buffer) : NULL;
  if (!path) return real_write(fd, data, length);
  FAIL_IF("write", path);
  pthread_mutex_lock(&lock);
  ssize_t written = real_write(fd, data, length);
  if (written > 0) note('W', path, position(fd, written), data, (uint32_t)written);
  pthread_mutex_unlock(&lock);
  return written;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  char buffer[PATH_MAX];
  const char *path = folder ? path_of(fd, buffer) : NULL;
  if (!path) return real_writev(fd, parts, count);
  ssize_t all = 0;
  for (int i = 0; i < count; i++) {
    ssize_t written = write(fd, parts[i].iov_base, parts[i].iov_len);
    if (written < 0) return all > 0 ? all : written;
    all += written;
    if ((size_t)written < parts[i].iov_len) break;
  }
  return all;
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
  char buffer[PATH_MAX];
  const char *path = folder ? path_of(fd, buffer) : NULL;
  if (!path) return real_pwrite64(fd, data, length, offset);
  FAIL_IF("write", path);
  pthread_mutex_lock(&lock);
  ssize_t written = real_pwrite64(fd, data, length, offset);
  if (written > 0) note('W', path, (uint64_t)offset, data, (uint32_t)written);
  pthread_mutex_unlock(&lock);
  return written;
}
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return pwrite64(fd, data, length, offset); }

ssize_t pread64(int fd, void *data, size_t length, off64_t offset) {
  char buffer[PATH_MAX];
  if (fault_file) FAIL_IF("read", path_of(fd, buffer));
  return real_pread64(fd, data, length, offset);
}
ssize_t pread(int fd, void *data, size_t length, off_t offset) { return pread64(fd, data, length, offset); }

int ftruncate64(int fd, off64_t length) {
  char buffer[PATH_MAX];
  const char *path = folder ? path_of(fd, buffer) : NULL;
  if (!path) return real_ftruncate64(fd, length);
  FAIL_IF("write", path);
  pthread_mutex_lock(&lock);
  int result = real_ftruncate64(fd, length);
  if (result == 0) note('T', path, (uint64_t)length, "", 0);
  pthread_mutex_unlock(&lock);
  return result;
}
int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

static int sync_with(int (*real)(int), int fd) {
  char buffer[PATH_MAX];
  const char *path = folder ? path_of(fd, buffer) : NULL;
  if (!path) return real(fd);
  FAIL_IF("sync", path);
  pthread_mutex_lock(&lock);
  int result = real(fd);
  if (result == 0) note('S', path, 0, "", 0);
  pthread_mutex_unlock(&lock);
  return result;
}
int fsync(int fd) { return sync_with(real_fsync, fd); }
int fdatasync(int fd) { return sync_with(real_fdatasync, fd); }

static int move_with(int (*real)(const char *, const char *), char kind, const char *from, const char *to) {
  char from_buffer[PATH_MAX], to_buffer[PATH_MAX];
  const char *old_path = folder ? path_from(from, from_buffer) : NULL;
  const char *new_path = folder ? path_from(to, to_buffer) : NULL;
  if (!old_path || !new_path) return real(from, to);
  FAIL_IF("write", new_path);
  pthread_mutex_lock(&lock);
  int result = real(from, to);
  if (result == 0) note(kind, old_path, 0, new_path, (uint32_t)strlen(new_path));
  pthread_mutex_unlock(&lock);
  return result;
}
int rename(const char *from, const char *to) { return move_with(real_rename, 'R', from, to); }
int link(const char *from, const char *to) { return move_with(real_link, 'L', from, to); }

int unlink(const char *path) {
  char buffer[PATH_MAX];
  const char *inside = folder ? path_from(path, buffer) : NULL;
  if (!inside) return real_unlink(path);
  FAIL_IF("write", inside);
  pthread_mutex_lock(&lock);
  int result = real_unlink(path);
  if (result == 0) note('U', inside, 0, "", 0);
  pthread_mutex_unlock(&lock);
  return result;
}
