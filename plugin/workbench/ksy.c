#include "export.h"
bool ksy_start(const char *path) { (void)path; return false; }
