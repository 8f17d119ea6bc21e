package io.fanatic.netlink.host;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class NamespaceCookieTest {
    @RegisterExtension
    final FreshNamespace namespaces = new FreshNamespace();

    @Test
    void eachNamespaceHasItsOwnAndKeepsIt() {
        Namespace other = namespaces.another();
        String cookie = namespaces.call(NamespaceCookie::here);
        assertThat(namespaces.call(NamespaceCookie::here)).isEqualTo(cookie);
        assertThat(other.call(NamespaceCookie::here)).isNotEqualTo(cookie);
    }

    @Test
    void onOldKernelsItIsTheInodeNumber() {
        Namespace other = namespaces.another();
        String inode = namespaces.call(NamespaceCookie::inode);
        assertThat(inode).matches("inode[0-9]+");
        assertThat(namespaces.call(NamespaceCookie::inode)).isEqualTo(inode);
        assertThat(other.call(NamespaceCookie::inode)).isNotEqualTo(inode);
    }
}
