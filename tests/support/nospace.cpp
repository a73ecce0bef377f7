// SPDX-License-Identifier: GPL-3.0-or-later
//
// LD_PRELOAD for a PostgreSQL server of a test: while the file no-space is in its data folder, no file of a
// database grows, as on a full disk; while small-is-full is there, no file of a tablespace in a folder named
// small. A really full one takes a file system of its own, and so root; what the server then does is its
// own. Files of the WAL are made beforehand and stay writable, as they mostly do.
#include <dlfcn.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace {

bool full(int descriptor, off_t end)
{
    // The server works in its data folder.
    const char *const disk = access("no-space", F_OK) == 0        ? "/base/"
                             : access("small-is-full", F_OK) == 0 ? "/small/"
                                                                  : nullptr;
    if (!disk)
        return false;
    char link[64];
    char path[4096];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    const ssize_t length = readlink(link, path, sizeof path - 1);
    struct stat file = {};
    if (length < 0 || fstat(descriptor, &file) != 0)
        return false;
    path[length] = 0;
    return std::strstr(path, disk) != nullptr && end > file.st_size;
}

off_t lengthOf(const iovec *parts, int count)
{
    off_t length = 0;
    for (int part = 0; part < count; ++part)
        length += off_t(parts[part].iov_len);
    return length;
}

template <typename Function>
Function next(const char *name)
{
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

ssize_t refuse()
{
    errno = ENOSPC;
    return -1;
}

} // namespace

extern "C" {

ssize_t write(int descriptor, const void *data, size_t length)
{
    static const auto real = next<ssize_t (*)(int, const void *, size_t)>("write");
    // Only files are asked for their place; pipes and sockets have none.
    const off_t at = lseek(descriptor, 0, SEEK_CUR);
    return at >= 0 && full(descriptor, at + off_t(length)) ? refuse() : real(descriptor, data, length);
}

ssize_t pwrite(int descriptor, const void *data, size_t length, off_t at)
{
    static const auto real = next<ssize_t (*)(int, const void *, size_t, off_t)>("pwrite");
    return full(descriptor, at + off_t(length)) ? refuse() : real(descriptor, data, length, at);
}

ssize_t pwritev(int descriptor, const iovec *parts, int count, off_t at)
{
    static const auto real = next<ssize_t (*)(int, const iovec *, int, off_t)>("pwritev");
    return full(descriptor, at + lengthOf(parts, count)) ? refuse() : real(descriptor, parts, count, at);
}

int posix_fallocate(int descriptor, off_t at, off_t length)
{
    static const auto real = next<int (*)(int, off_t, off_t)>("posix_fallocate");
    return full(descriptor, at + length) ? ENOSPC : real(descriptor, at, length);
}

} // extern "C"
