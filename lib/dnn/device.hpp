// Where primitives run: one Device for a model, one Workspace for each thread that computes.
#pragma once
#include <cstddef>
#include <memory>

#include "dnn/attention_options.hpp"
#include "dnn/compute_type.hpp"

namespace nlp::dnn {

// The CPU engine, and what linear layers made with it multiply.  Shared by all threads; outlives
// everything made with it.
class Device {
 public:
  explicit Device(ComputeType type = ComputeType::f32);
  Device(Device&&) noexcept;
  Device& operator=(Device&&) noexcept;
  ~Device();

  // What is really multiplied: f32 where the machine has no fast kernels of the type asked for.
  // The weights are rounded to the type asked for all the same.
  ComputeType used() const;

  struct Impl;
  Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

class Profile;

// A stream, the kernels built so far and scratch memory.  For one thread at a time.
class Workspace {
 public:
  // `threads`: how many threads one call may use.  Results do not depend on it.
  Workspace(const Device& device, int threads, const AttentionOptions& attention = {});
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  // Scratch of at least `count` floats, 64-byte aligned, valid until the next call.
  float* scratch(std::size_t count);

  // How attention is computed.  Results of `exact` and `blocked` differ by rounding.
  const AttentionOptions& attention() const { return attention_; }

  // Where ops add their time, or nullptr: nowhere.  It outlives this, or the next call.
  Profile* profile() const { return profile_; }
  void set_profile(Profile* profile) { profile_ = profile; }

  struct Impl;
  Impl& impl() const { return *impl_; }

 private:
  AttentionOptions attention_;
  Profile* profile_ = nullptr;
  std::unique_ptr<Impl> impl_;
};

}  // namespace nlp::dnn
