// Where the time of forward passes goes.  A Workspace that is given a Profile adds the time of
// every op to it; without one nothing is measured.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace nlp::dnn {

enum class Stage : std::uint8_t {
  embeddings,  // rows of tables, their sum and norm
  linear,      // a linear layer, with what it does to its rows on the way in and out
  attention,   // scores, softmax and context of all heads, without their linear layers
  rest,        // of a forward pass: norms, sums, copies
};

// What is timed; layers of one size are one op.
struct Op {
  Stage stage = Stage::rest;
  std::int64_t inputs = 0, outputs = 0;  // of a linear layer
  bool operator==(const Op&) const = default;
};

// For one thread at a time.
class Profile {
 public:
  struct Part {
    Op op;
    std::string kernel;  // oneDNN's name; empty where none computes
    std::int64_t calls = 0;
    double seconds = 0;     // without the parts within
    double operations = 0;  // floating-point, a product and its sum being two; 0: not counted
  };

  const std::vector<Part>& parts() const { return parts_; }  // in the order they first came
  double seconds() const;                                    // of all parts

  void clear() { parts_.clear(); }
  // Adds what another thread's Profile holds.
  void add(const Profile& other);

 private:
  friend class Timed;
  Part& part(const Op& op);

  std::vector<Part> parts_;
  double nested_ = 0;  // seconds of ops that ended within the one that runs
};

// Times its scope for a Profile, or does nothing for nullptr.  Scopes nest: the inner one's time is
// its own.
class Timed {
 public:
  explicit Timed(Profile* profile, const Op& op, double operations = 0)
      : profile_(profile), op_(op), operations_(operations) {
    if (profile_) begin();
  }
  // kernel() is asked for the name when the Profile sees the op for the first time.
  template <class Kernel>
  Timed(Profile* profile, const Op& op, double operations, Kernel kernel)
      : profile_(profile), op_(op), operations_(operations) {
    if (!profile_) return;
    if (auto& part = profile_->part(op_); part.kernel.empty()) part.kernel = kernel();
    begin();
  }
  ~Timed() {
    if (profile_) end();
  }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

 private:
  void begin();
  void end() noexcept;

  Profile* profile_;
  Op op_;
  double operations_;
  double outer_nested_ = 0;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace nlp::dnn
