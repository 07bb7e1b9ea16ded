#include "cli/process.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/start_threads.hpp"
#include "cli/input.hpp"
#include "cli/model_store.hpp"
#include "cli/tally.hpp"

namespace nlp::cli {
namespace {

// A guess at the bytes of a token, to cut the input into units before it is tokenized.
constexpr std::int64_t kBytesOfToken = 4;
constexpr std::size_t kMostRecords = 1024;  // of a unit

// What became of a unit: replies, and the error that ends the command behind them.
struct Finished {
  std::vector<Reply> replies;
  std::uint64_t repaired = 0;
  std::exception_ptr failure;
};

class Pipeline {
 public:
  Pipeline(const InputOptions& input, const ComputeOptions& compute, const OutputOptions& output,
           const MakeWorker& make_worker, Sink& sink)
      : options_(input),
        output_(output),
        make_worker_(make_worker),
        sink_(sink),
        input_(input),
        file_(output.file()),
        progress_(input.app().messages(), output.to_terminal()),
        threads_(compute.threads()),
        unit_bytes_(static_cast<std::size_t>(compute.batch_tokens() * kBytesOfToken)) {}

  void run() {
    std::vector<std::thread> workers;
    start_threads(workers, threads_, [this](int) { return [this] { serve(); }; });
    if (workers.empty()) throw std::bad_alloc();
    threads_ = static_cast<int>(workers.size());  // none has looked yet: there is no unit
    read();
    for (auto& worker : workers) worker.join();
    if (failure_) std::rethrow_exception(failure_);
    if (reader_failure_) {
      file_.flush();
      std::rethrow_exception(reader_failure_);
    }
    sink_.finish(file_);
    file_.commit();
    tally_.tell(options_.app().messages());
  }

 private:
  using Unit = std::vector<RawRecord>;
  struct Waiting {
    std::size_t number;
    Unit unit;
    bool alone;  // a single record, and there will be no other unit beside it
  };
  enum class Next { full, idle, end };  // why a unit is no larger

  void read() {
    const auto most_in_flight = static_cast<std::size_t>(2 * threads_ + 1);
    for (Next next = Next::full; next != Next::end;) {
      Unit unit;
      try {
        next = read_unit(unit);
      } catch (...) {
        reader_failure_ = std::current_exception();
        next = Next::end;
      }
      if (unit.empty()) break;
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return failure_ || made_ - emitted_ < most_in_flight; });
      if (failure_) break;
      const bool nothing_else = next != Next::full && made_ == emitted_ && threads_ > 1;
      if (nothing_else && unit.size() > 1) {
        share_out(std::move(unit));
      } else {
        waiting_.push_back({made_++, std::move(unit), nothing_else && patient_});
      }
      changed_.notify_all();
    }
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  // A part of about as many bytes for each thread.
  void share_out(Unit unit) {
    std::size_t bytes = 0, taken = 0;
    for (const RawRecord& record : unit) bytes += record.bytes.size() + 1;
    std::size_t part = 0;
    for (RawRecord& record : unit) {
      if (taken * static_cast<std::size_t>(threads_) >= bytes * part) {
        waiting_.push_back({made_++, {}, false});
        ++part;
      }
      taken += record.bytes.size() + 1;
      waiting_.back().unit.push_back(std::move(record));
    }
  }

  Next read_unit(Unit& unit) {
    std::size_t bytes = 0;
    do {
      RawRecord record;
      const auto next = input_.next(record, unit.empty());
      if (next == Input::Next::end) return Next::end;
      if (next == Input::Next::would_wait) return Next::idle;
      bytes += record.bytes.size();
      unit.push_back(std::move(record));
    } while (bytes < unit_bytes_ && unit.size() < kMostRecords);
    return Next::full;
  }

  void serve() {
    Worker own;
    for (;;) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return failure_ || ended_ || !waiting_.empty(); });
      if (failure_ || waiting_.empty()) return;
      Waiting due = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      Finished finished;
      // Where one unit is alone, no other is at the same time.
      Worker& worker = due.alone ? for_all_threads_ : own;
      try {
        if (!worker) worker = make_worker_(due.alone ? threads_ : 1);
        work(worker, std::move(due.unit), finished);
      } catch (...) {
        finished.failure = std::current_exception();
      }
      lock.lock();
      finished_.emplace(due.number, std::move(finished));
      emit(lock);
    }
  }

  void work(const Worker& worker, Unit unit, Finished& dst) const {
    std::vector<Record> records;
    auto& replies = dst.replies;
    // The records that could be read, as runs: a worker gets no record that has failed already.
    std::size_t run = 0;
    const auto compute = [&] {
      if (!dst.failure && run < records.size()) compute_run(worker, records, run, dst);
      run = records.size();
    };
    for (RawRecord& raw : unit) {
      Record broken;
      broken.index = raw.index;
      try {
        records.push_back(parse_record(std::move(raw), options_));
        replies.emplace_back(output_.wire(), options_.separator());
      } catch (const Error& error) {
        compute();
        if (dst.failure) break;
        if (error.kind() != Kind::data || !options_.skip_errors) {
          dst.failure = std::current_exception();
          break;
        }
        replies.emplace_back(output_.wire(), options_.separator());
        replies.back().fail(broken, error.what());
        records.push_back(std::move(broken));
        run = records.size();
      }
    }
    compute();
    for (const Record& record : records) dst.repaired += record.repaired;
  }

  // From record `run` on.  Where it fails, replies end before the record that failed.
  void compute_run(const Worker& worker, const std::vector<Record>& records, std::size_t run,
                   Finished& dst) const {
    const auto all = std::span(records).subspan(run);
    auto replies = std::span(dst.replies).subspan(run);
    std::size_t whole = 0;  // replies of them that are
    try {
      if (reply_to_all(worker, all, replies)) return;
      for (; whole < all.size(); ++whole) {
        replies[whole] = Reply(output_.wire(), options_.separator());
        try {
          worker(all.subspan(whole, 1), replies.subspan(whole, 1));
          replies[whole].finish(all[whole]);
        } catch (const Error& error) {
          if (error.kind() != Kind::data) throw;
          const Error placed = error.at(all[whole].where());
          if (!options_.skip_errors) throw placed;
          replies[whole].fail(all[whole], placed.what());
        }
      }
    } catch (...) {
      dst.failure = std::current_exception();
      dst.replies.erase(dst.replies.begin() + static_cast<std::ptrdiff_t>(run + whole),
                        dst.replies.end());
    }
  }

  // False where a record's data is at fault.
  static bool reply_to_all(const Worker& worker, std::span<const Record> records,
                           std::span<Reply> replies) {
    try {
      worker(records, replies);
      for (std::size_t k = 0; k < records.size(); ++k) replies[k].finish(records[k]);
      return true;
    } catch (const Error& error) {
      if (error.kind() != Kind::data) throw;
      return false;
    }
  }

  // Writes what is due, unless another thread is at it: then that one will.
  void emit(std::unique_lock<std::mutex>& lock) {
    if (emitting_) return;
    emitting_ = true;
    while (!failure_ && !finished_.empty() && finished_.begin()->first == emitted_) {
      Finished due = std::move(finished_.begin()->second);
      finished_.erase(finished_.begin());
      const bool last = finished_.empty() || finished_.begin()->first != emitted_ + 1;
      lock.unlock();
      try {
        write(due, last);
      } catch (...) {
        if (!due.failure) due.failure = std::current_exception();
      }
      lock.lock();
      ++emitted_;
      if (due.failure) {
        failure_ = due.failure;
        input_.stop();
      }
      changed_.notify_all();
    }
    emitting_ = false;
  }

  void write(Finished& due, bool last) {
    for (Reply& reply : due.replies) {
      sink_.write(reply, file_);
      for (const auto& count : reply.counts()) tally_.add(count.noun, count.what, 1);
      if (reply.error) tally_.add("record", "with an error skipped", 1);
    }
    if (due.repaired > 0) tally_.add("place", "that was no UTF-8 replaced by U+FFFD", due.repaired);
    progress_.add(due.replies.size());
    if (last || due.failure) file_.flush();
  }

  const InputOptions& options_;
  const OutputOptions& output_;
  const MakeWorker& make_worker_;
  Sink& sink_;
  Input input_;
  OutputFile file_;
  Progress progress_;
  int threads_;
  std::size_t unit_bytes_;
  Tally tally_;
  const bool patient_ = environment(kWaitPolicy) || environment(kSpinCount);
  Worker for_all_threads_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> waiting_;
  std::map<std::size_t, Finished> finished_;
  std::size_t made_ = 0, emitted_ = 0;  // units
  bool ended_ = false, emitting_ = false;
  std::exception_ptr failure_, reader_failure_;
};
}  // namespace

void process(const InputOptions& input, const ComputeOptions& compute, const OutputOptions& output,
             const MakeWorker& make_worker, Sink& sink) {
  Pipeline(input, compute, output, make_worker, sink).run();
}

void process(const InputOptions& input, const ComputeOptions& compute, const OutputOptions& output,
             const MakeWorker& make_worker) {
  Sink sink;
  process(input, compute, output, make_worker, sink);
}

}  // namespace nlp::cli
