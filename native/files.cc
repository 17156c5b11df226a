#include "files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#ifdef __linux__
#include <sys/syscall.h>
#endif

namespace hoshi {

int ExchangePaths(const std::string& one, const std::string& other) {
#ifdef SYS_renameat2
  constexpr unsigned kRenameExchange = 2;  // RENAME_EXCHANGE of <linux/fs.h>
  // By its number, because not every C library has a function for it.
  const long result = syscall(SYS_renameat2, AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), kRenameExchange);
  return result == 0 ? 0 : errno;
#else
  static_cast<void>(one);
  static_cast<void>(other);
  return ENOSYS;
#endif
}

int TryLock(int descriptor) {
  while (flock(descriptor, LOCK_EX | LOCK_NB) != 0)
    if (errno != EINTR) return errno;
  return 0;
}

}  // namespace hoshi
