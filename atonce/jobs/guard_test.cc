#include "atonce/jobs/guard.h"
