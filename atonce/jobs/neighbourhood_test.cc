#include "atonce/jobs/neighbourhood.h"
