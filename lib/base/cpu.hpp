// How many processors a process may really use.
#pragma once
#include <filesystem>

namespace nlp {

// The least of: the processors of the affinity mask, and the cgroup's CPU quota rounded up (cgroup
// v2 `cpu.max`, v1 `cpu.cfs_quota_us` / `cpu.cfs_period_us`; of the process's group and all groups
// above it).  At least 1.
// `root` is where proc/ and sys/ lie: `/` but in tests.
int usable_cpus(const std::filesystem::path& root = "/");

// The quota alone, in processors; 0 where there is none.
double cpu_quota(const std::filesystem::path& root = "/");

}  // namespace nlp
