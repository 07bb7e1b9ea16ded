// --max-memory.
#pragma once
#include <cstdint>

namespace nlp::cli {

// Lets the process have no more than `bytes` of memory of its own; files mapped for reading are not
// counted.  Beyond it allocations fail and the command ends with exit 6: also where the failure
// shows as an invalid access, since oneDNN's code generator does not look at what it is given.
// Throws Error{io} where the system refuses.
void limit_memory(std::uint64_t bytes);

}  // namespace nlp::cli
