#include "atonce/runtime/ring_io.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "atonce/runtime/faulty.h"
#include "atonce/runtime/ring.h"

namespace atonce {
namespace {

// Far above any descriptor's number: fs.nr_open ends below 2^30.
constexpr std::int32_t slot_flag = 1 << 30;

constexpr int empty_enters_max = 16;

bool is_slot(Handle handle) { return (handle.value & slot_flag) != 0; }
std::uint32_t slot_of(Handle handle) { return static_cast<std::uint32_t>(handle.value & ~slot_flag); }

std::uint32_t noted_index(const Operation& operation) {
  return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(operation.engine));
}

/// Fills a request that works on `handle`: `prepare(descriptor or slot)`.
template <class Prepare>
void prepare_on(Handle handle, io_uring_sqe* sqe, Prepare prepare) {
  if (is_slot(handle)) {
    prepare(static_cast<int>(slot_of(handle)));
    sqe->flags |= IOSQE_FIXED_FILE;
  } else {
    prepare(handle.value);
  }
}

}  // namespace

Parsed<std::unique_ptr<RingIo>> RingIo::make(const RingOptions& options, const FaultPlan& faults) {
  auto ring = std::make_unique<Ring>();
  if (const Parsed<void> opened = ring->open(options.slots); !opened) return std::unexpected(opened.error());
  if (!faults.empty()) return std::make_unique<Faulty<RingIo>>(faults, std::move(ring), options.threads_max);
  return std::unique_ptr<RingIo>(new RingIo(std::move(ring), options.threads_max));
}

RingIo::RingIo(std::unique_ptr<Ring> ring, std::uint32_t threads_max)
    : DescriptorIo(0),
      ring_(std::move(ring)),
      slots_(ring_->slots()),
      slots_spare_(ring_->slots()),
      pool_(*this, threads_max) {
  for (std::uint32_t slot = ring_->slots(); slot > 0; --slot) slots_free_.push_back(slot - 1);
  request(token(Step::wake, 0));
}

RingIo::~RingIo() = default;

std::uint32_t RingIo::slots() const { return ring_->slots(); }

std::uint32_t RingIo::slots_used() const { return ring_->slots() - static_cast<std::uint32_t>(slots_free_.size()); }

std::uint32_t RingIo::take_record(Operation& operation) {
  std::uint32_t index = static_cast<std::uint32_t>(records_.size());
  if (records_free_.empty()) {
    records_.emplace_back();
  } else {
    index = records_free_.back();
    records_free_.pop_back();
  }
  records_[index].operation = &operation;
  operation.engine = reinterpret_cast<void*>(std::uintptr_t{index});
  operation.in_flight = true;
  operation.cancel_asked = false;
  return index;
}

void RingIo::release_if_done(std::uint32_t index) {
  const Record& record = records_[index];
  if (record.operation == nullptr && record.steps == 0 && record.cancels == 0) records_free_.push_back(index);
}

bool RingIo::start(Operation& operation) {
  int descriptor = -1;
  switch (operation.kind) {
    case OperationKind::connect:
      operation.result = socket_family(static_cast<const ConnectOperation&>(operation).to) == AF_UNSPEC ? -EAFNOSUPPORT
                         : slots_spare_ == 0                                                            ? -EMFILE
                                                                                                        : must_wait;
      if (operation.result != must_wait) return true;
      --slots_spare_;
      break;
    case OperationKind::wait_child:
      operation.result = begin_wait_child(static_cast<const WaitChildOperation&>(operation).child, descriptor);
      if (operation.result != must_wait) return true;
      break;
    case OperationKind::offload: {
      auto& offload = static_cast<OffloadOperation&>(operation);
      operation.in_flight = pool_.start(offload);
      if (!operation.in_flight) operation.result = offload.work(offload.argument);
      return !operation.in_flight;
    }
    default: break;
  }
  const std::uint32_t index = take_record(operation);
  records_[index].descriptor = descriptor;
  request(token(Step::operation, index));
  return false;
}

void RingIo::cancel(Operation& operation) {
  if (!operation.in_flight || operation.cancel_asked) return;
  if (operation.kind == OperationKind::offload) {
    if (pool_.withdraw(static_cast<OffloadOperation&>(operation))) complete(operation, -ECANCELED);
    return;
  }
  operation.cancel_asked = true;
  const std::uint32_t index = noted_index(operation);
  Record& record = records_[index];
  if (record.steps > 0) {
    ++record.cancels;
    request(token(Step::cancel, index));
    return;
  }
  // It still waits for room: nobody but us knows of it. Its token will find that it is gone.
  record.operation = nullptr;
  slots_spare_ += operation.kind == OperationKind::connect;
  if (record.descriptor >= 0) ::close(std::exchange(record.descriptor, -1));
  complete(operation, -ECANCELED);
}

void RingIo::request(std::uint64_t what) {
  if (!delayed_.empty() || !try_request(what)) delayed_.push_back(what);
}

bool RingIo::try_request(std::uint64_t what) {
  const auto index = static_cast<std::uint32_t>(what >> 3);
  switch (static_cast<Step>(what & 7)) {
    case Step::operation: return request_operation(index, records_[index]);
    case Step::cancel: return request_cancel(index, records_[index]);
    case Step::socket: std::abort();
    default: break;
  }
  if (!ring_->make_room(1)) return false;
  ring_->request(what, [&](io_uring_sqe* sqe) {
    switch (static_cast<Step>(what & 7)) {
      case Step::close_slot: io_uring_prep_close_direct(sqe, index); break;
      case Step::finish_slot:
        io_uring_prep_shutdown(sqe, static_cast<int>(index), SHUT_WR);
        sqe->flags |= IOSQE_FIXED_FILE;
        break;
      default: io_uring_prep_poll_add(sqe, wake_descriptor(), POLLIN);
    }
  });
  return true;
}

bool RingIo::request_connect(std::uint32_t index, Record& record) {
  if (slots_free_.empty() || !ring_->make_room(2)) return false;
  const Endpoint& to = static_cast<const ConnectOperation&>(*record.operation).to;
  const std::uint32_t slot = slots_free_.back();
  slots_free_.pop_back();
  record.slot = static_cast<std::int32_t>(slot);
  record.steps = 2;
  const socklen_t length = write_socket_address(to, record.address);
  // A hard link, so that the connect is answered whatever becomes of the socket.
  ring_->request(token(Step::socket, index), [&](io_uring_sqe* sqe) {
    io_uring_prep_socket_direct(sqe, socket_family(to), SOCK_STREAM, 0, slot, 0);
    sqe->flags |= IOSQE_IO_HARDLINK;
  });
  ring_->request(token(Step::operation, index), [&](io_uring_sqe* sqe) {
    io_uring_prep_connect(sqe, static_cast<int>(slot), &record.address.any, length);
    sqe->flags |= IOSQE_FIXED_FILE;
  });
  return true;
}

void RingIo::prepare_message(Record& record, std::span<const std::byte> bytes) {
  record.bytes = {.iov_base = const_cast<std::byte*>(bytes.data()), .iov_len = bytes.size()};
  record.message = {
      .msg_name = &record.address, .msg_namelen = sizeof record.address, .msg_iov = &record.bytes, .msg_iovlen = 1};
}

bool RingIo::request_operation(std::uint32_t index, Record& record) {
  if (record.operation == nullptr) {
    release_if_done(index);
    return true;
  }
  Operation& operation = *record.operation;
  if (operation.kind == OperationKind::connect) return request_connect(index, record);
  if (!ring_->make_room(1)) return false;
  record.steps = 1;
  ring_->request(token(Step::operation, index), [&](io_uring_sqe* sqe) {
    switch (operation.kind) {
      case OperationKind::accept:
        io_uring_prep_accept(sqe, static_cast<const AcceptOperation&>(operation).listener.value, nullptr, nullptr,
                             socket_flags());
        return;
      case OperationKind::receive: {
        const auto& receive = static_cast<const ReceiveOperation&>(operation);
        prepare_on(receive.socket, sqe, [&](int descriptor) {
          io_uring_prep_recv(sqe, descriptor, receive.into.data(), receive.into.size(),
                             receive.waits() ? 0 : MSG_DONTWAIT);
        });
        if (receive.waits()) sqe->ioprio |= IORING_RECVSEND_POLL_FIRST;
        return;
      }
      case OperationKind::send: {
        const auto& send = static_cast<const SendOperation&>(operation);
        prepare_on(send.socket, sqe, [&](int descriptor) {
          io_uring_prep_send(sqe, descriptor, send.from.data(), send.from.size(), MSG_NOSIGNAL);
        });
        return;
      }
      case OperationKind::receive_from: {
        const auto& receive = static_cast<const ReceiveFromOperation&>(operation);
        prepare_message(record, receive.into);
        io_uring_prep_recvmsg(sqe, receive.socket.value, &record.message, 0);
        return;
      }
      case OperationKind::send_to: {
        const auto& send = static_cast<const SendToOperation&>(operation);
        prepare_message(record, send.from);
        record.message.msg_namelen = write_socket_address(send.peer, record.address);
        io_uring_prep_sendmsg(sqe, send.socket.value, &record.message, MSG_NOSIGNAL);
        return;
      }
      case OperationKind::wait_child: io_uring_prep_poll_add(sqe, record.descriptor, POLLIN); return;
      case OperationKind::connect:
      case OperationKind::offload: break;
    }
    std::abort();
  });
  return true;
}

bool RingIo::request_cancel(std::uint32_t index, Record& record) {
  if (record.operation == nullptr) {
    --record.cancels;
    release_if_done(index);
    return true;
  }
  if (!ring_->make_room(1)) return false;
  ring_->request(token(Step::cancel, index),
                 [&](io_uring_sqe* sqe) { io_uring_prep_cancel64(sqe, token(Step::operation, index), 0); });
  return true;
}

void RingIo::arrived(std::uint64_t what, std::int32_t result) {
  const auto index = static_cast<std::uint32_t>(what >> 3);
  switch (static_cast<Step>(what & 7)) {
    case Step::operation: records_[index].result = result; return step_ended(index, records_[index]);
    case Step::socket: records_[index].socket_result = result; return step_ended(index, records_[index]);
    case Step::cancel: return cancel_answered(index, result);
    case Step::close_slot: slots_free_.push_back(index); return;
    case Step::finish_slot: return slot_finished(index);
    case Step::wake:
      drain_wakes();
      take_offloaded();
      request(token(Step::wake, 0));
  }
}

void RingIo::step_ended(std::uint32_t index, Record& record) {
  if (--record.steps > 0) return;
  const std::int32_t result = result_of(*record.operation, record);
  if (result == must_wait) return request(token(Step::operation, index));
  Operation& operation = *std::exchange(record.operation, nullptr);
  release_if_done(index);
  complete(operation, result);
}

std::int32_t RingIo::result_of(Operation& operation, Record& record) {
  if (operation.kind == OperationKind::connect)
    return connect_result(static_cast<ConnectOperation&>(operation), record);
  std::int32_t result = record.result;
  const bool answers_at_once =
      operation.kind == OperationKind::receive && !static_cast<const ReceiveOperation&>(operation).waits();
  if (result == -EINTR || (result == -EAGAIN && !answers_at_once))
    result = operation.cancel_asked ? -ECANCELED : must_wait;
  if (operation.kind == OperationKind::receive_from && result >= 0)
    static_cast<ReceiveFromOperation&>(operation).peer = read_socket_address(record.address);
  if (operation.kind == OperationKind::wait_child) {
    if (result >= 0) result = reap_child(static_cast<const WaitChildOperation&>(operation).child);
    if (result != must_wait) ::close(std::exchange(record.descriptor, -1));
  }
  return result;
}

std::int32_t RingIo::connect_result(ConnectOperation& operation, Record& record) {
  const auto slot = static_cast<std::uint32_t>(std::exchange(record.slot, -1));
  // ECANCELED for the socket: the kernel did not take the pair, and the connect tells why.
  if (record.socket_result < 0) {
    slots_free_.push_back(slot);
    ++slots_spare_;
    return record.socket_result == -ECANCELED ? record.result : record.socket_result;
  }
  if (record.result == 0) {
    operation.started = true;
    return slot_flag | static_cast<std::int32_t>(slot);
  }
  close(Handle{slot_flag | static_cast<std::int32_t>(slot)});
  if (record.result == -EINTR && operation.cancel_asked) record.result = -ECANCELED;
  operation.started = !refused_here(operation.to, -record.result);
  return record.result;
}

void RingIo::cancel_answered(std::uint32_t index, std::int32_t result) {
  Record& record = records_[index];
  // A connect is not to be found before its socket is made: ask again.
  if (result == -ENOENT && record.operation != nullptr) return request(token(Step::cancel, index));
  --record.cancels;
  release_if_done(index);
}

void RingIo::close(Handle handle) {
  if (!is_slot(handle)) return DescriptorIo::close(handle);
  ++slots_spare_;
  Slot& slot = slots_[slot_of(handle)];
  slot.close_asked = slot.finishing;
  if (!slot.finishing) request(token(Step::close_slot, slot_of(handle)));
}

void RingIo::send_at_once(Handle handle) {
  // Options of direct descriptors cannot be set before Linux 6.7, nor with this liburing.
  if (!is_slot(handle)) DescriptorIo::send_at_once(handle);
}

void RingIo::finish_sending(Handle handle) {
  if (!is_slot(handle)) return DescriptorIo::finish_sending(handle);
  if (std::exchange(slots_[slot_of(handle)].finishing, true)) return;
  request(token(Step::finish_slot, slot_of(handle)));
}

void RingIo::slot_finished(std::uint32_t slot) {
  slots_[slot].finishing = false;
  if (std::exchange(slots_[slot].close_asked, false)) request(token(Step::close_slot, slot));
}

Result<Endpoint> RingIo::local_endpoint(Handle handle) {
  // The kernel does not tell of a direct descriptor.
  if (is_slot(handle)) return std::unexpected(Error{EOPNOTSUPP});
  return DescriptorIo::local_endpoint(handle);
}

Result<Endpoint> RingIo::remote_endpoint(Handle handle) {
  if (is_slot(handle)) return std::unexpected(Error{EOPNOTSUPP});
  return DescriptorIo::remote_endpoint(handle);
}

void RingIo::break_off(Handle handle) { is_slot(handle) ? close(handle) : DescriptorIo::break_off(handle); }

void RingIo::take_offloaded() {
  if (pool_.outstanding() == 0) return;
  pool_.take_finished(finished_);
  for (const ThreadPool::Finished& done : finished_) complete(*done.operation, done.result);
  finished_.clear();
}

bool RingIo::reap() {
  bool any = false;
  ring_->reap([&](std::uint64_t what, std::int32_t result) {
    any = true;
    arrived(what, result);
  });
  return any;
}

void RingIo::wait(Instant until) {
  std::erase_if(delayed_, [this](std::uint64_t what) { return try_request(what); });
  const Instant start = until == Instant{} || until == never ? Instant{} : now();
  if (until > start) {
    ring_->submit_and_wait(until, start);
  } else if (ring_->has_requests() || ring_->may_hold_back()) {
    ring_->submit_and_collect();
  }
  reap();
  // An enter runs only some of what the kernel has put off, and tells that there is more. What it runs may complete
  // nothing yet; and the flag may stand with nothing behind it, when another processor raised it just after its work
  // was taken: so a few enters in a row that bring nothing are enough.
  for (int empty = 0; empty < empty_enters_max && ring_->holds_back();) {
    ring_->submit_and_collect();
    empty = reap() ? 0 : empty + 1;
  }
}

}  // namespace atonce
