/** strongSwan, which makes the keys of encrypted fans: its file of a fan, written and loaded. */
@NullMarked
package io.fanatic.netlink.strongswan;

import org.jspecify.annotations.NullMarked;
