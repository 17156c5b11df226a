// Two calls of the file system that Node lacks: an atomic exchange of two paths, and a lock that ends with
// its process. Any thread may make them.
#pragma once

#include <string>

namespace hoshi {

// Exchanges two paths of one file system in one step, so that both always exist. Returns 0 or the errno:
// ENOSYS on a system without the call, EINVAL on a file system without it.
int ExchangePaths(const std::string& one, const std::string& other);

// Locks an open file or folder, without waiting. Returns 0 or the errno: EWOULDBLOCK if the lock is taken.
// The system releases the lock when the file is closed, at the latest when the process ends.
int TryLock(int descriptor);

}  // namespace hoshi
