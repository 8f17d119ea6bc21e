/**
 * Fan arithmetic: which slice of the overlay an underlay address owns, and the way back. Start at {@link
 * io.fanatic.core.FanMapping}.
 */
@NullMarked
package io.fanatic.core;

import org.jspecify.annotations.NullMarked;
