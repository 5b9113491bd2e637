/* Debian's static libcurl refers to LDAP, GSSAPI, RTMP, SSH, IDN and PSL, for which there is no static
 * archive that a shipped binary may hold. The client speaks http and https only; each of these says
 * that it failed (returning 0 from all of them crashed curl). A program that links the shared libcurl
 * takes nothing from this file, as an archive gives only what is missing. */
#include <stddef.h>
#include <stdint.h>

/* The callers' arguments are of no interest; the C calling convention allows to leave them. */
#define MINUS_ONE(name)                                                                            \
    long name(void);                                                                               \
    long name(void)                                                                                \
    {                                                                                              \
        return -1;                                                                                 \
    }
#define ZERO(name)                                                                                 \
    long name(void);                                                                               \
    long name(void)                                                                                \
    {                                                                                              \
        return 0;                                                                                  \
    }
#define NO_POINTER(name)                                                                           \
    void *name(void);                                                                              \
    void *name(void)                                                                               \
    {                                                                                              \
        return NULL;                                                                               \
    }
#define NOTHING(name)                                                                              \
    void name(void);                                                                               \
    void name(void) {}
#define GSS_FAILURE(name)                                                                          \
    uint32_t name(void);                                                                           \
    uint32_t name(void)                                                                            \
    {                                                                                              \
        return UINT32_C(13) << 16;                                                                 \
    } /* RFC 2744, 3.9.1 */

/* SSH: init must succeed, for curl_global_init() to; every session fails. */
MINUS_ONE(libssh2_agent_connect)
MINUS_ONE(libssh2_agent_disconnect)
MINUS_ONE(libssh2_agent_free)
MINUS_ONE(libssh2_agent_get_identity)
NO_POINTER(libssh2_agent_init)
MINUS_ONE(libssh2_agent_list_identities)
MINUS_ONE(libssh2_agent_userauth)
MINUS_ONE(libssh2_channel_free)
MINUS_ONE(libssh2_channel_read_ex)
MINUS_ONE(libssh2_channel_send_eof)
MINUS_ONE(libssh2_channel_wait_closed)
MINUS_ONE(libssh2_channel_wait_eof)
MINUS_ONE(libssh2_channel_write_ex)
NOTHING(libssh2_exit)
NO_POINTER(libssh2_hostkey_hash)
ZERO(libssh2_init)
MINUS_ONE(libssh2_knownhost_add)
MINUS_ONE(libssh2_knownhost_checkp)
MINUS_ONE(libssh2_knownhost_del)
NOTHING(libssh2_knownhost_free)
MINUS_ONE(libssh2_knownhost_get)
NO_POINTER(libssh2_knownhost_init)
MINUS_ONE(libssh2_knownhost_readfile)
MINUS_ONE(libssh2_knownhost_writefile)
NO_POINTER(libssh2_scp_recv2)
NO_POINTER(libssh2_scp_send64)
NO_POINTER(libssh2_session_abstract)
MINUS_ONE(libssh2_session_block_directions)
NO_POINTER(libssh2_session_callback_set)
MINUS_ONE(libssh2_session_disconnect_ex)
MINUS_ONE(libssh2_session_flag)
MINUS_ONE(libssh2_session_free)
MINUS_ONE(libssh2_session_handshake)
NO_POINTER(libssh2_session_hostkey)
NO_POINTER(libssh2_session_init_ex)
MINUS_ONE(libssh2_session_last_errno)
MINUS_ONE(libssh2_session_last_error)
MINUS_ONE(libssh2_session_method_pref)
NOTHING(libssh2_session_set_blocking)
MINUS_ONE(libssh2_sftp_close_handle)
NO_POINTER(libssh2_sftp_init)
MINUS_ONE(libssh2_sftp_last_error)
MINUS_ONE(libssh2_sftp_mkdir_ex)
NO_POINTER(libssh2_sftp_open_ex)
MINUS_ONE(libssh2_sftp_read)
MINUS_ONE(libssh2_sftp_readdir_ex)
MINUS_ONE(libssh2_sftp_rename_ex)
MINUS_ONE(libssh2_sftp_rmdir_ex)
NOTHING(libssh2_sftp_seek64)
MINUS_ONE(libssh2_sftp_shutdown)
MINUS_ONE(libssh2_sftp_stat_ex)
MINUS_ONE(libssh2_sftp_statvfs)
MINUS_ONE(libssh2_sftp_symlink_ex)
MINUS_ONE(libssh2_sftp_unlink_ex)
MINUS_ONE(libssh2_sftp_write)
ZERO(libssh2_userauth_authenticated)
MINUS_ONE(libssh2_userauth_keyboard_interactive_ex)
NO_POINTER(libssh2_userauth_list)
MINUS_ONE(libssh2_userauth_password_ex)
MINUS_ONE(libssh2_userauth_publickey_fromfile_ex)
NO_POINTER(libssh2_version)

/* LDAP. */
MINUS_ONE(ldap_abandon_ext)
NO_POINTER(ldap_err2string)
NOTHING(ldap_free_urldesc)
MINUS_ONE(ldap_get_attribute_ber)
MINUS_ONE(ldap_get_dn_ber)
MINUS_ONE(ldap_get_option)
MINUS_ONE(ldap_init_fd)
NOTHING(ldap_memfree)
MINUS_ONE(ldap_msgfree)
MINUS_ONE(ldap_msgtype)
MINUS_ONE(ldap_parse_result)
MINUS_ONE(ldap_parse_sasl_bind_result)
MINUS_ONE(ldap_pvt_url_scheme2proto)
MINUS_ONE(ldap_result)
MINUS_ONE(ldap_sasl_bind)
MINUS_ONE(ldap_search_ext)
MINUS_ONE(ldap_set_option)
MINUS_ONE(ldap_start_tls)
MINUS_ONE(ldap_unbind_ext)
MINUS_ONE(ldap_url_parse)

/* LDAP, its encoding. */
NOTHING(ber_bvfree)
NOTHING(ber_free)
NOTHING(ber_memfree)
NOTHING(ber_memvfree)
MINUS_ONE(ber_sockbuf_add_io)

/* GSSAPI. */
extern const void *const GSS_C_NT_HOSTBASED_SERVICE;
const void *const GSS_C_NT_HOSTBASED_SERVICE = NULL;
GSS_FAILURE(gss_delete_sec_context)
GSS_FAILURE(gss_display_name)
GSS_FAILURE(gss_display_status)
GSS_FAILURE(gss_import_name)
GSS_FAILURE(gss_init_sec_context)
GSS_FAILURE(gss_inquire_context)
GSS_FAILURE(gss_release_buffer)
GSS_FAILURE(gss_release_name)
GSS_FAILURE(gss_unwrap)
GSS_FAILURE(gss_wrap)

/* RTMP: 0 is false. */
NO_POINTER(RTMP_Alloc)
NOTHING(RTMP_Close)
ZERO(RTMP_Connect1)
ZERO(RTMP_ConnectStream)
NOTHING(RTMP_Free)
NOTHING(RTMP_Init)
ZERO(RTMP_Read)
NOTHING(RTMP_SetBufferMS)
ZERO(RTMP_SetupURL)
ZERO(RTMP_Write)

/* Names beyond ASCII (IDN), public suffixes (PSL). */
NO_POINTER(idn2_check_version)
NOTHING(idn2_free)
MINUS_ONE(idn2_lookup_ul)
NO_POINTER(psl_builtin)
NOTHING(psl_free)
NO_POINTER(psl_get_version)
ZERO(psl_is_cookie_domain_acceptable)
NO_POINTER(psl_latest)
