#include "atonce/jobs/approach.h"
