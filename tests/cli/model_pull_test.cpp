// nlp model pull as a user meets it, with a hub on the loopback.
#include <signal.h>

#include <chrono>
#include <map>
#include <optional>
#include <thread>

#include "base/error.hpp"
#include "cli/download_bar.hpp"
#include "cli/hub_settings.hpp"
#include "support/hub_server.hpp"
#include "support/program.hpp"
#include "support/set_variable.hpp"
#include "support/stored_model.hpp"

using program::run;
using stored_model::kFirst;
namespace fs = std::filesystem;

namespace {

// A store and a hub, which the programs of one test find in their environment.
struct Hub {
  Hub() { server.add("org/bert", kFirst, files()); }

  static HubServer::Files files() {
    HubServer::Files files;
    for (const auto& entry : fs::directory_iterator(program::model("bert-mlm")))
      if (entry.is_regular_file() && entry.path().filename() != "golden.safetensors")
        files[entry.path().filename()] = program::read(entry.path());
    files["tf_model.h5"] = "of another library";
    return files;
  }

  TemporaryDirectory folder;
  HubServer server;
  SetVariable cache{"HF_HUB_CACHE", folder.path() / "hub"};
  SetVariable home{"HF_HOME", folder.path()};
  SetVariable endpoint{"HF_ENDPOINT", server.url()};
  SetVariable no_token{"HF_TOKEN", ""};
  SetVariable no_proxy{"no_proxy", "127.0.0.1"};
};

}  // namespace

TEST_CASE("a pulled model serves -m by its name", "[cli]") {
  const Hub hub;
  CHECK(run({"fill-mask", "-m", "org/bert"}, "the [MASK] is up\n").exit == 4);
  const auto pulled = run({"model", "pull", "org/bert"});
  INFO(pulled.err);
  REQUIRE(pulled.exit == 0);
  CHECK(pulled.err.empty());
  const fs::path path = program::lines(pulled.out).at(0);
  CHECK(fs::exists(path / "model.safetensors"));
  CHECK_FALSE(fs::exists(path / "tf_model.h5"));
  CHECK(run({"fill-mask", "-m", "org/bert"}, "the [MASK] is up\n").out ==
        run({"fill-mask", "-m", program::model("bert-mlm")}, "the [MASK] is up\n").out);
  CHECK(run({"model", "verify", "org/bert"}).exit == 0);
  const auto again = program::records({"model", "pull", "--json", "org/bert@" + kFirst}, "").at(0);
  CHECK(again["commit"] == kFirst);
  CHECK(again["path"] == path.string());
  CHECK(again["files"].size() > 2);
}

TEST_CASE("a dry run fetches nothing, and patterns choose", "[cli]") {
  const Hub hub;
  const auto plan = run({"model", "pull", "-n", "--include", "*.json", "--include", "*.h5",
                         "--exclude", "tokenizer*", "org/bert"});
  CHECK(plan.exit == 0);
  CHECK_THAT(plan.out, ContainsSubstring("config.json"));
  CHECK_THAT(plan.out, ContainsSubstring("18 B  tf_model.h5"));
  CHECK(plan.out.find("tokenizer.json") == std::string::npos);
  CHECK_FALSE(fs::exists(hub.folder.path() / "hub"));
}

TEST_CASE("a pull that fails tells why by its exit", "[cli]") {
  const Hub hub;
  CHECK(run({"model", "pull", "org/none"}).exit == 4);
  CHECK(run({"model", "pull", "org/bert@v9"}).exit == 4);
  CHECK(run({"model", "pull", "../bert"}).exit == 2);
  CHECK(run({"model", "pull"}).exit == 2);
  {
    const SetVariable elsewhere("HF_ENDPOINT", "https://");
    CHECK(run({"model", "pull", "org/bert"}).exit == 2);
  }
  const SetVariable offline("HF_HUB_OFFLINE", "1");
  const auto refused = run({"model", "pull", "org/bert"});
  CHECK(refused.exit == 5);
  CHECK_THAT(refused.err, ContainsSubstring("HF_HUB_OFFLINE"));
}

TEST_CASE("without the network a model of the store is told as it is", "[cli]") {
  const Hub hub;
  const auto online = run({"model", "pull", "org/bert"});
  const auto asked = hub.server.requests().size();
  const SetVariable offline("HF_HUB_OFFLINE", "TRUE");
  const auto again = run({"model", "pull", "org/bert"});
  CHECK(again.exit == 0);
  CHECK(again.out == online.out);
  CHECK_THAT(again.err, ContainsSubstring("warning"));
  CHECK(hub.server.requests().size() == asked);
}

TEST_CASE("the token comes from the environment, else from its file", "[cli]") {
  Hub hub;
  const auto sent = [&] {
    run({"model", "pull", "org/bert"});
    return hub.server.requests().back().header("authorization");
  };
  CHECK(sent().empty());
  hub.folder.write("token", "from-file\n");
  CHECK(sent() == "Bearer from-file");
  {
    const SetVariable token("HF_TOKEN", " from-environment ");
    CHECK(sent() == "Bearer from-environment");
    const SetVariable none("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1");
    CHECK(sent().empty());
  }
  const SetVariable broken("HF_TOKEN", "two words");
  const auto refused = run({"model", "pull", "org/bert"});
  CHECK(refused.exit == 2);
  CHECK(refused.err.find("two words") == std::string::npos);
}

TEST_CASE("a proxy is asked in place of the hub, unless it is named in no_proxy", "[cli]") {
  Hub hub;
  const SetVariable endpoint("HF_ENDPOINT", "http://hub.invalid");
  const SetVariable proxy("http_proxy", hub.server.url());
  CHECK(run({"model", "pull", "--include", "config.json", "org/bert"}).exit == 0);
  CHECK(hub.server.requests().back().header("host") == "hub.invalid");
  const auto asked = hub.server.requests().size();
  const SetVariable direct("HF_ENDPOINT", hub.server.url());
  const SetVariable wrong("http_proxy", "http://127.0.0.1:1");
  const SetVariable around("no_proxy", "127.0.0.1");
  CHECK(run({"model", "pull", "--include", "config.json", "org/bert"}).exit == 0);
  CHECK(hub.server.requests().size() > asked);
}

TEST_CASE("an interrupted pull ends at once and gives the model no name", "[cli]") {
  Hub hub;
  hub.server.tamper([](const HubServer::Request& request, HubServer::Reply&) {
    if (request.is_abroad) std::this_thread::sleep_for(std::chrono::seconds(4));
  });
  program::Piped command({"model", "pull", "org/bert"});
  for (int k = 0; k < 1000; ++k) {
    if (!hub.server.requests("HEAD", "model.safetensors").empty()) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(300));  // it waits for the weights now
  const auto begun = std::chrono::steady_clock::now();
  command.kill(SIGTERM);
  CHECK(command.wait() == 128 + SIGTERM);
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(3));
  CHECK_FALSE(fs::exists(hub.folder.path() / "hub/models--org--bert/refs/main"));
  hub.server.tamper({});
  CHECK(run({"model", "pull", "org/bert"}).exit == 0);
}

TEST_CASE("progress is shown where it is asked for, or on a terminal", "[cli]") {
  const Hub hub;
  const auto shown = run({"model", "pull", "--progress", "always", "org/bert"});
  CHECK(shown.exit == 0);
  CHECK_THAT(shown.err, ContainsSubstring("config.json"));
  CHECK_THAT(shown.err, ContainsSubstring("100 %"));
}

TEST_CASE("a bar tells the file, the share, the speed and the time that is left", "[cli]") {
  using nlp::cli::bar_text;
  using nlp::store::PullProgress;
  CHECK(bar_text({"model.safetensors", 2, 7, 45000000, 90000000}, 30000000, 3) ==
        "[2/7] model.safetensors ##########..........  50 %  45.0 MB of 90.0 MB  10.0 MB/s  5 s "
        "left");
  CHECK(bar_text({"model.safetensors", 1, 1, 0, 90000000}, 0, 0) ==
        "[1/1] model.safetensors ....................   0 %  0 B of 90.0 MB  0 B/s");
  CHECK(bar_text({"config.json", 1, 1, 700, 0}, 700, 1) == "[1/1] config.json  700 B  700 B/s");
  const auto far = bar_text({"a/very/long/path/to/a/file/model.safetensors", 1, 1, 1, 7300}, 1, 1);
  CHECK_THAT(far, ContainsSubstring("[1/1] ..file/model.safetensors "));
  CHECK_THAT(far, ContainsSubstring("2 h 01 min left"));
}

TEST_CASE("what the environment says of the hub is read as huggingface_hub reads it", "[cli]") {
  std::map<std::string, std::string> values = {{"HOME", "/nowhere"}};
  const nlp::cli::Environment environment = [&](const char* name) -> std::optional<std::string> {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  };
  using nlp::cli::hub_options;
  CHECK(hub_options(environment).endpoint == "https://huggingface.co");
  CHECK(hub_options(environment).token.empty());
  CHECK_FALSE(nlp::cli::is_offline(environment));
  values["ALL_PROXY"] = "http://all:1";
  values["https_proxy"] = "http://secure:1";
  CHECK(hub_options(environment).http.http_proxy == "http://all:1");
  CHECK(hub_options(environment).http.https_proxy == "http://secure:1");
  values["HF_HUB_DOWNLOAD_TIMEOUT"] = "2.5";
  CHECK(hub_options(environment).http.stall_timeout == std::chrono::milliseconds(2500));
  for (const char* wrong : {"soon", "-1", "0", "nan", "1s"}) {
    INFO(wrong);
    values["HF_HUB_DOWNLOAD_TIMEOUT"] = wrong;
    CHECK_THROWS_AS(hub_options(environment), nlp::Error);
  }
  for (const char* yes : {"1", "on", "Yes", "TRUE"}) {
    values["TRANSFORMERS_OFFLINE"] = yes;
    CHECK(nlp::cli::is_offline(environment));
  }
  for (const char* no : {"0", "off", "2", "false"}) {
    values["TRANSFORMERS_OFFLINE"] = no;
    CHECK_FALSE(nlp::cli::is_offline(environment));
  }
}
