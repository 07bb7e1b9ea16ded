#include "base/npz.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <exception>
#include <utility>

#include "base/error.hpp"

namespace nlp {

struct NpzWriter::Archive {
  struct archive* handle = nullptr;
  std::function<void(std::string_view)> write;
  std::exception_ptr failure;  // of `write`: libarchive is C, nothing may fly through it

  // Throws what `write` threw, or the library's own complaint.
  void check(la_ssize_t status) const {
    if (failure) std::rethrow_exception(failure);
    if (status < ARCHIVE_OK)
      throw Error(Kind::io,
                  fmt::format("npz: cannot be written ({})", archive_error_string(handle)));
  }
};

NpzWriter::NpzWriter(std::function<void(std::string_view)> write)
    : archive_(std::make_unique<Archive>()) {
  archive_->write = std::move(write);
  archive_->handle = archive_write_new();
  if (archive_->handle == nullptr) throw Error(Kind::memory, "npz: out of memory");
  archive_->check(archive_write_set_format_zip(archive_->handle));
  archive_->check(archive_write_set_format_option(archive_->handle, "zip", "compression", "store"));
  archive_->check(archive_write_set_bytes_per_block(archive_->handle, 0));
  const auto pass_on = [](struct archive*, void* client, const void* bytes,
                          std::size_t size) -> la_ssize_t {
    auto& archive = *static_cast<Archive*>(client);
    // A failure is thrown by check(): told to the library, it would leak what it holds.
    try {
      if (!archive.failure) archive.write({static_cast<const char*>(bytes), size});
    } catch (...) {
      archive.failure = std::current_exception();
    }
    return static_cast<la_ssize_t>(size);
  };
  archive_->check(archive_write_open(archive_->handle, archive_.get(), nullptr, pass_on, nullptr));
}

NpzWriter::~NpzWriter() {
  // Without finish() nothing more may reach the output.
  archive_->write = [](std::string_view) {};
  archive_write_free(archive_->handle);
}

void NpzWriter::begin(const std::string& name, npy::Type type,
                      std::span<const std::int64_t> shape) {
  const std::string header = npy::header(type, shape);
  std::int64_t size = static_cast<std::int64_t>(npy::size_of(type));
  for (const auto extent : shape) size *= extent;
  const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(),
                                                                            archive_entry_free);
  archive_entry_set_pathname(entry.get(), (name + ".npy").c_str());
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0644);
  // Without a time it gets the first one of zip's calendar, wherever the clock stands.
  archive_entry_set_size(entry.get(), static_cast<std::int64_t>(header.size()) + size);
  archive_->check(archive_write_header(archive_->handle, entry.get()));
  write(header);
}

void NpzWriter::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const la_ssize_t written = archive_write_data(archive_->handle, bytes.data(), bytes.size());
    archive_->check(written);
    if (written == 0) throw Error(Kind::internal, "npz: more values than the shape has");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void NpzWriter::end() { archive_->check(archive_write_finish_entry(archive_->handle)); }

void NpzWriter::finish() { archive_->check(archive_write_close(archive_->handle)); }

}  // namespace nlp
