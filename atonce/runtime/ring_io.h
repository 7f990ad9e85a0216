#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <deque>
#include <memory>
#include <vector>

#include "atonce/model/result.h"
#include "atonce/runtime/descriptor_io.h"
#include "atonce/runtime/engine.h"
#include "atonce/runtime/socket_address.h"
#include "atonce/runtime/thread_pool.h"

namespace atonce {

class Ring;

/// The engine over io_uring(7): what a turn starts goes to the kernel in one system call, which also waits and brings
/// back what has ended. The sockets that `connect` makes live in the ring's own table of direct descriptors, its slots,
/// and do not count against the limit of descriptors; all others are plain ones. It belongs to the thread that makes
/// it.
class RingIo : public DescriptorIo {
 public:
  static Parsed<std::unique_ptr<RingIo>> make(const RingOptions& options, const FaultPlan& faults = {});
  ~RingIo() override;

  /// How many sockets made by `connect` it can hold: what was asked for, or what the limit of descriptors allows.
  std::uint32_t slots() const;
  /// How many of them are in use, or being closed.
  std::uint32_t slots_used() const;

  std::string_view name() const override { return "ring"; }
  bool start(Operation& operation) override;
  void cancel(Operation& operation) override;
  Result<Endpoint> local_endpoint(Handle handle) override;
  Result<Endpoint> remote_endpoint(Handle handle) override;
  void break_off(Handle handle) override;
  void finish_sending(Handle handle) override;
  void send_at_once(Handle handle) override;
  void close(Handle handle) override;

 protected:
  RingIo(std::unique_ptr<Ring> ring, std::uint32_t threads_max);

  void wait(Instant until) override;

 private:
  /// What a completion, or a request that waits for room, is about. With an index it makes a token, which is the
  /// request's user_data.
  enum class Step : std::uint8_t { operation, socket, cancel, close_slot, finish_slot, wake };

  /// All that the kernel may still speak of. A record is used again only when every completion that names it has come,
  /// so an answer never reaches the wrong operation.
  struct Record {
    Operation* operation = nullptr;  // Null once it has completed.
    std::int32_t slot = -1;
    std::int32_t descriptor = -1;  // Of a child that is waited for.
    std::int32_t result = 0;
    std::int32_t socket_result = 0;
    std::uint32_t steps = 0;    // Completions that the operation itself waits for; 0: not handed to the kernel.
    std::uint32_t cancels = 0;  // Requests to cancel it that have not been answered.
    msghdr message{};
    iovec bytes{};
    SocketAddress address{};
  };

  static std::uint64_t token(Step step, std::uint32_t index) { return std::uint64_t{index} << 3 | std::uint64_t(step); }
  std::uint32_t take_record(Operation& operation);
  void release_if_done(std::uint32_t index);

  /// Hands a request to the ring now, or as soon as there is room for it.
  void request(std::uint64_t what);
  /// False when there is no room.
  bool try_request(std::uint64_t what);
  bool request_operation(std::uint32_t index, Record& record);
  bool request_connect(std::uint32_t index, Record& record);
  bool request_cancel(std::uint32_t index, Record& record);
  void prepare_message(Record& record, std::span<const std::byte> bytes);

  /// True when there was anything.
  bool reap();
  void arrived(std::uint64_t what, std::int32_t result);
  void step_ended(std::uint32_t index, Record& record);
  std::int32_t result_of(Operation& operation, Record& record);
  std::int32_t connect_result(ConnectOperation& operation, Record& record);
  void cancel_answered(std::uint32_t index, std::int32_t result);
  void slot_finished(std::uint32_t slot);
  void take_offloaded();

  std::unique_ptr<Ring> ring_;
  std::deque<Record> records_;
  std::vector<std::uint32_t> records_free_;
  std::vector<std::uint64_t> delayed_;  // In order; each waits for room in the ring, or for a slot.

  struct Slot {
    bool finishing = false;    // A shutdown is on its way; it must not meet the slot's next socket.
    bool close_asked = false;  // As soon as the shutdown is done.
  };
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> slots_free_;
  std::uint32_t slots_spare_;  // Neither in use nor promised; those being closed are among them.

  std::vector<ThreadPool::Finished> finished_;
  ThreadPool pool_;
};

}  // namespace atonce
