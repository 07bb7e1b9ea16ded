#include "base/cpu.hpp"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace nlp {
namespace {
namespace fs = std::filesystem;

template <class Value>
std::optional<Value> read_value(const fs::path& file) {
  std::ifstream in(file);
  Value value;
  if (in >> value) return value;
  return std::nullopt;
}

// Processors that one group grants; 0 for no limit.
double quota_v2(const fs::path& group) {
  std::ifstream in(group / "cpu.max");
  std::string quota;
  double period = 0;
  if (!(in >> quota >> period) || quota == "max" || period <= 0) return 0;
  return std::strtod(quota.c_str(), nullptr) / period;
}
double quota_v1(const fs::path& group) {
  const auto quota = read_value<double>(group / "cpu.cfs_quota_us");
  const auto period = read_value<double>(group / "cpu.cfs_period_us");
  return quota && period && *quota > 0 && *period > 0 ? *quota / *period : 0;
}

// The least quota of a group and the groups above it, up to the mount.  In a container the group's
// path may not be there under the mount: then the mount itself is the group.
template <class Quota>
double least(const fs::path& mount, const std::string& group, Quota quota) {
  double found = 0;
  fs::path path = (mount / fs::path(group).relative_path()).lexically_normal();
  if (!fs::exists(path)) path = mount;
  for (;; path = path.parent_path()) {
    const double here = quota(path);
    if (here > 0) found = found > 0 ? std::min(found, here) : here;
    if (path == mount || path == path.parent_path()) return found;
  }
}

bool lists(const std::string& controllers, const std::string& wanted) {
  std::istringstream names(controllers);
  for (std::string name; std::getline(names, name, ',');)
    if (name == wanted) return true;
  return false;
}
}  // namespace

double cpu_quota(const fs::path& root) {
  const fs::path mounts = root / "sys/fs/cgroup";
  std::ifstream in(root / "proc/self/cgroup");
  double found = 0;
  for (std::string line; std::getline(in, line);) {  // HIERARCHY:CONTROLLERS:PATH
    const auto first = line.find(':');
    const auto second = first == line.npos ? first : line.find(':', first + 1);
    if (second == line.npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string group = line.substr(second + 1);
    double here = 0;
    if (controllers.empty()) {  // v2, alone or beside v1
      for (const auto& mount : {mounts, mounts / "unified"})
        if (here == 0 && fs::exists(mount)) here = least(mount, group, quota_v2);
    } else if (lists(controllers, "cpu")) {
      for (const auto& mount : {mounts / controllers, mounts / "cpu", mounts / "cpu,cpuacct"})
        if (here == 0 && fs::exists(mount)) here = least(mount, group, quota_v1);
    }
    if (here > 0) found = found > 0 ? std::min(found, here) : here;
  }
  return found;
}

int usable_cpus(const fs::path& root) {
  int cpus = 0;
  // The kernel's mask may be wider than cpu_set_t.
  for (std::size_t width = 1024; width <= (1u << 20) && cpus == 0; width *= 2) {
    cpu_set_t* mask = CPU_ALLOC(width);
    if (mask == nullptr) break;
    if (sched_getaffinity(0, CPU_ALLOC_SIZE(width), mask) == 0)
      cpus = CPU_COUNT_S(CPU_ALLOC_SIZE(width), mask);
    CPU_FREE(mask);
  }
  if (cpus == 0) cpus = static_cast<int>(std::thread::hardware_concurrency());
  const double quota = cpu_quota(root);
  if (quota > 0) cpus = std::min(cpus, static_cast<int>(std::ceil(quota)));
  return std::max(cpus, 1);
}

}  // namespace nlp
