#include "tokenizer/sentencepiece_model.hpp"

#include <fmt/format.h>

#include <bit>

#include "base/error.hpp"
#include "text/utf8.hpp"

namespace nlp::tokenizer {
namespace {

// The fields of one message, in the order of the file.
class Message {
 public:
  // `whole` is the file, for the places that complaints name.
  Message(std::string_view bytes, std::string_view whole, const std::string& where)
      : bytes_(bytes), whole_(whole), where_(where) {}

  // Goes to the next field; false at the end.
  bool next() {
    if (at_ == bytes_.size()) return false;
    enum Wire : unsigned { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };
    const std::uint64_t tag = varint();
    wire_ = tag & 7;
    field_ = tag >> 3;
    if (field_ == 0 || field_ > UINT32_MAX >> 3) fail("a field has a wrong number");
    if (wire_ == kVarint) {
      number_ = varint();
    } else if (wire_ == kFixed64) {
      take(8);
    } else if (wire_ == kBytes) {
      content_ = take(varint());
    } else if (wire_ == kFixed32) {
      content_ = take(4);
    } else {
      fail(fmt::format("field {} has the unknown wire type {}", field_, wire_));
    }
    return true;
  }
  std::uint64_t field() const { return field_; }

  std::int64_t number() const { return expect(0), static_cast<std::int64_t>(number_); }
  std::string_view bytes() const { return expect(2), content_; }
  Message message() const { return Message(bytes(), whole_, where_); }
  std::string_view string() const {
    if (text::valid_prefix(bytes()) != content_.size()) fail("a text is not UTF-8");
    return content_;
  }
  float real() const {
    expect(5);
    std::uint32_t bits = 0;
    for (std::size_t k = 4; k-- > 0;) bits = bits << 8 | static_cast<unsigned char>(content_[k]);
    return std::bit_cast<float>(bits);
  }

  [[noreturn]] void fail(std::string_view what) const {
    throw Error(Kind::model, fmt::format("{}: broken SentencePiece model at byte {}: {}", where_,
                                         bytes_.data() + at_ - whole_.data(), what));
  }

 private:
  void expect(unsigned wire) const {
    if (wire_ != wire) fail(fmt::format("field {} has the wire type {}", field_, wire_));
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1)[0]);
      value |= std::uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) return value;
    }
    fail("a number does not end");
  }
  std::string_view take(std::uint64_t size) {
    if (size > bytes_.size() - at_) fail("the file ends too early");
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }

  std::string_view bytes_, whole_;
  const std::string& where_;
  std::size_t at_ = 0;
  std::uint64_t field_ = 0, number_ = 0;
  unsigned wire_ = 0;
  std::string_view content_;
};

SentencePieceModel::Piece read_piece(Message piece) {
  SentencePieceModel::Piece read;
  while (piece.next()) {
    if (piece.field() == 1) read.text = piece.string();
    if (piece.field() == 2) read.score = piece.real();
    if (piece.field() == 3) read.type = piece.number();
  }
  if (!(read.score - read.score == 0)) piece.fail("a score is not finite");
  return read;
}

}  // namespace

SentencePieceModel read_sentencepiece_model(std::string_view bytes, const std::string& where) {
  SentencePieceModel model;
  Message message(bytes, bytes, where);
  while (message.next()) {
    if (message.field() == 1) {
      model.pieces.push_back(read_piece(message.message()));
    } else if (message.field() == 2) {
      Message trainer = message.message();
      while (trainer.next()) {
        if (trainer.field() == 3) model.algorithm = trainer.number();
        if (trainer.field() == 40) model.unknown_id = trainer.number();
        if (trainer.field() == 45) model.unknown_piece = trainer.string();
      }
    } else if (message.field() == 3) {
      Message normalizer = message.message();
      while (normalizer.next())
        if (normalizer.field() == 2) model.charsmap = normalizer.bytes();
    }
  }
  if (model.pieces.empty())
    throw Error(Kind::model, where + ": no pieces; is it a SentencePiece model?");
  return model;
}

}  // namespace nlp::tokenizer
