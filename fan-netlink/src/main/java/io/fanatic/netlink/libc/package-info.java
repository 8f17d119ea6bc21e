/**
 * The C library through jnr-ffi, and how its errors look in Java. Everything above speaks to the kernel through {@link
 * io.fanatic.netlink.libc.Native}, so that the binding can be replaced in one place.
 */
@NullMarked
package io.fanatic.netlink.libc;

import org.jspecify.annotations.NullMarked;
