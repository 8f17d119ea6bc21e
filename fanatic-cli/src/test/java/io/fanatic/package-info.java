/** What holds for all modules at once. */
@NullMarked
package io.fanatic;

import org.jspecify.annotations.NullMarked;
