/**
 * What a fan consists of: a {@link io.fanatic.netlink.resource.Resource} is one thing on the host, and knows how it is made, changed and removed;
 * the classes named after it are one for each kind. A {@link io.fanatic.netlink.resource.Change} is a step between two of them.
 */
@NullMarked
package io.fanatic.netlink.resource;

import org.jspecify.annotations.NullMarked;
