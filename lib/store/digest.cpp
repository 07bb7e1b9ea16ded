#include "store/digest.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include "base/error.hpp"

namespace nlp::store {
namespace {

constexpr std::size_t kPiece = 1 << 20;

class Digest {
 public:
  explicit Digest(const EVP_MD* kind) : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    check(context_ && EVP_DigestInit_ex(context_.get(), kind, nullptr) == 1);
  }
  void add(std::string_view bytes) {
    check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
  }
  std::string hex() {
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    check(EVP_DigestFinal_ex(context_.get(), bytes, &size) == 1);
    std::string text;
    for (unsigned k = 0; k < size; ++k) text += fmt::format("{:02x}", bytes[k]);
    return text;
  }

 private:
  static void check(bool done) {
    if (!done) throw Error(Kind::internal, "OpenSSL computes no such digest here");
  }
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_;
};

class Reader {
 public:
  explicit Reader(const std::filesystem::path& file)
      : file_(file), descriptor_(::open(file.c_str(), O_RDONLY | O_CLOEXEC)), buffer_(kPiece) {
    if (descriptor_ < 0) fail();
  }
  ~Reader() { ::close(descriptor_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // The next bytes; none at the end.
  std::string_view next() {
    ssize_t got = 0;
    while ((got = ::read(descriptor_, buffer_.data(), buffer_.size())) < 0 && errno == EINTR)
      continue;
    if (got < 0) fail();
    return {buffer_.data(), static_cast<std::size_t>(got)};
  }

 private:
  [[noreturn]] void fail() const {
    throw Error(Kind::io,
                fmt::format("{}: cannot be read ({})", file_.string(), std::strerror(errno)));
  }

  const std::filesystem::path& file_;
  int descriptor_;
  std::vector<char> buffer_;
};

}  // namespace

std::optional<std::string> digest_like(std::string_view etag, const std::filesystem::path& file,
                                       const BytesRead& progress) {
  const bool is_hex = etag.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  if (!is_hex || (etag.size() != 40 && etag.size() != 64)) return std::nullopt;
  const bool git = etag.size() == 40;
  Reader reader(file);
  Digest digest(git ? EVP_sha1() : EVP_sha256());
  if (git) {
    std::error_code failed;
    const auto size = std::filesystem::file_size(file, failed);
    digest.add(fmt::format("blob {}", failed ? 0 : size));
    digest.add(std::string_view("", 1));
  }
  for (std::string_view bytes; !(bytes = reader.next()).empty();) {
    digest.add(bytes);
    progress(bytes.size());
  }
  return digest.hex();
}

}  // namespace nlp::store
