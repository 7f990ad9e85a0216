#pragma once

#include <memory>

#include "atonce/model/plan.h"
#include "atonce/results/row_writer.h"

namespace atonce {

/// One line a target, for a person: "Done socket on google.com with result Open (127.1.0.7, 21.3ms)". With a verbosity
/// of 1 "Opening socket to google.com" before it. The port is shown when it is not 443 or several were asked for.
std::unique_ptr<RowWriter> make_text_rows(const Plan& plan);

}  // namespace atonce
