#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/runtime/machine.h"

namespace atonce {

enum class Health : std::uint8_t { fine, small, missing };

/// One limit of the machine, judged.
struct DoctorRow {
  std::string name;
  std::string value;
  Health health = Health::fine;
  std::string meaning;  ///< what it bounds, or what goes wrong where it is small
  std::string remedy;   ///< the command that changes it; empty when nothing need be changed, or can be
};

/// Judges each limit that matters, in the order of how soon a run meets it. Pure.
std::vector<DoctorRow> examine(const MachineFacts& facts);

/// The rows as text for people: what a row means stands beside it where `width` columns allow, else below; remedies,
/// which are meant to be copied, are never broken.
std::string write_doctor(const std::vector<DoctorRow>& rows, bool colour, std::size_t width = 80);

/// The rows as one JSON array of objects with name, value, health, meaning, remedy.
std::string write_doctor_json(const std::vector<DoctorRow>& rows);

}  // namespace atonce
